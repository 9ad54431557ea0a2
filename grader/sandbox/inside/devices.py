"""The machine's real accelerators: what a child must be able to open to compute on one.

Their drivers are a large part of a kernel, and all of it is then asked by student code: one file at a time, on the
machine of whoever wrote it, and never for a batch.
"""

from __future__ import annotations

from pathlib import Path

NODES = ("nvidia[0-9]*", "nvidiactl", "nvidia-uvm*", "nvidia-modeset", "nvidia-caps/*", "kfd", "dri/render*")
"""Device files of CUDA (NVIDIA) and ROCm (AMD), in /dev."""

FACTS = (
    Path("/proc/driver/nvidia"),
    Path("/proc/devices"),
    Path("/proc/meminfo"),
    Path("/sys/bus/pci/devices"),
    Path("/sys/class/kfd"),
    Path("/sys/devices/system/node"),
    Path("/sys/devices/virtual/kfd"),
    Path("/sys/module/nvidia"),
)
"""What their libraries read to find them."""


def can_compute() -> bool:
    """Whether this process can use a CUDA device. Raises whatever torch raises where it can not."""
    import torch

    return torch.cuda.is_available() and float(torch.full((2,), 3.0, device="cuda").square().sum()) == 18.0


def accelerators(folder: Path = Path("/dev")) -> tuple[Path, ...]:
    """The device files that this machine has."""
    return tuple(sorted(path for pattern in NODES for path in folder.glob(pattern)))
