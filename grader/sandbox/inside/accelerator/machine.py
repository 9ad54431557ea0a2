"""Which devices the simulated machine has, and what PyTorch says about those it has not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch

NO_CUDA = "Torch not compiled with CUDA enabled"
NO_MPS = "PyTorch is not linked with support for mps devices"
NO_ACCELERATOR = "Cannot access accelerator device when none is available."
BAD_ORDINAL = (
    "CUDA error: invalid device ordinal\nGPU device may be out of range, do you have enough GPUs?\n"
    "CUDA kernel errors might be asynchronously reported at some other API call, "
    "so the stacktrace below might be incorrect.\nFor debugging consider passing CUDA_LAUNCH_BLOCKING=1\n"
    "Compile with `TORCH_USE_CUDA_DSA` to enable device-side assertions.\n"
)


@dataclass(frozen=True)
class Machine:
    """A machine with one CUDA device, one Metal device, both or neither."""

    cuda: bool
    mps: bool
    devices: dict[str, torch.device] = field(init=False)

    def __post_init__(self) -> None:
        present = {"cuda": self.cuda, "mps": self.mps}
        devices = {name: torch.device(name, 0) for name, there in present.items() if there}
        object.__setattr__(self, "devices", devices)

    @property
    def accelerator(self) -> torch.device | None:
        """The device that a bare index means: CUDA before Metal, as `torch.accelerator` has it."""
        return next(iter(self.devices.values()), None)

    def simulates(self, device: Any) -> bool:
        """Whether `device`, as PyTorch's own code hands it down, is one of ours."""
        return isinstance(device, torch.device) and device.type in self.devices

    def resolve(self, device: Any) -> torch.device:
        """The device that a student's `device` argument (str, int or torch.device) names.

        Raises what PyTorch raises when the machine has no such device.
        """
        if isinstance(device, int):
            if self.accelerator is None:
                raise RuntimeError(NO_ACCELERATOR)
            device = torch.device(self.accelerator.type, device)
        named = torch.device(device)
        if named.type == "cuda" and not self.cuda:
            raise AssertionError(NO_CUDA)
        if named.type == "mps" and not self.mps:
            raise RuntimeError(NO_MPS)
        if named.type not in self.devices:
            return named
        self.check_index(named.index)
        return self.devices[named.type]

    def check_index(self, index: int | None) -> None:
        """Raise PyTorch's error for a device number beyond the only one there is."""
        if index is not None and index > 0:
            raise getattr(torch, "AcceleratorError", RuntimeError)(BAD_ORDINAL)  # its name since 2.8
