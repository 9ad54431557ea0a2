"""Whether the machine has an accelerator that a confined child can really compute on: found out by computing."""

from __future__ import annotations

import functools
from typing import Any

import torch

from grader.errors import Fault
from grader.sandbox.launch import Launcher
from grader.sandbox.process import ChildProcess
from grader.sandbox.scratch import Scratch

READY_SECONDS = 120.0
TRY_SECONDS = 60.0  # a driver may compile its kernels for a new device first
OUTPUT_BYTES = 1 << 20


@functools.lru_cache(maxsize=8)
def works(launcher: Launcher, limits: tuple[tuple[str, int], ...]) -> bool:
    """Whether a child of `launcher` within `limits` can compute on a CUDA device. Tried once, without a submission.

    Whatever stands in the way (no driver, a device that is busy, a call that the sandbox refuses) is a no.
    """
    if torch.version.cuda is None and torch.version.hip is None:
        return False
    scratch = Scratch(launcher.scratch_root)
    settings: dict[str, Any] = {
        "scratch": str(scratch.work),
        "accelerator": {"cuda": True, "mps": False, "real": True},
        "limits": dict(limits),
    }
    try:
        child = ChildProcess(launcher.launch(settings), output_bytes=OUTPUT_BYTES)
        try:
            child.ready(READY_SECONDS)
            return child.ask("try_device", seconds=TRY_SECONDS).value is True
        finally:
            child.close()
    except Fault:
        return False
    finally:
        scratch.close()
