"""A simulated accelerator: tensors that report `cuda:0` or `mps:0`, with their values in CPU memory.

It runs beside student code, in the confined child, on machines that have no such device. Eight parts:

    places     where a tensor is: a mark on its storage, which views, `detach`, `.data` and Parameters share
    machine    which devices this machine has, and what PyTorch says about those it has not
    home       where a tensor belongs that is made out of no other
    calls      a TorchFunctionMode: what Python code asks of tensors (`.numpy`, a factory's `device=`)
    moves      what it answers to `.to`, `.cuda`, `.cpu` and their kin
    kernels    a TorchDispatchMode below it: every operation PyTorch really runs, also inside `backward`, has
               its operands on one device, and its results are where its operands are
    queries    `torch.cuda.is_available` and its kin
    interior   the few places where neither mode is asked

A student who leaves the CPU sees PyTorch's own behaviour and error texts; the numbers are those of a CPU run.
Only torch and the standard library are imported here, nothing of the grader.
"""

from __future__ import annotations

import contextlib
from types import TracebackType
from typing import Any, Self

import torch

from grader.sandbox.inside.accelerator.calls import Calls
from grader.sandbox.inside.accelerator.interior import interior, replaced
from grader.sandbox.inside.accelerator.kernels import Kernels
from grader.sandbox.inside.accelerator.machine import Machine
from grader.sandbox.inside.accelerator.places import device_of
from grader.sandbox.inside.accelerator.queries import queries

__all__ = ["Simulation", "simulate"]


class Simulation:
    """A simulation that is on, in this whole process, until `uninstall`.

    It can be used as a context manager, which uninstalls it at the end. Simulations do not nest.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._undo = contextlib.ExitStack()
        self._undo.enter_context(replaced(queries(machine)))
        self._undo.enter_context(replaced(interior(machine, modes_of_a_thread=self._modes)))
        for mode in self._modes():
            self._undo.enter_context(mode)

    def _modes(self) -> list[contextlib.AbstractContextManager[Any]]:
        """New modes, to be entered by each thread: PyTorch keeps its stack of modes thread by thread."""
        calls = Calls(self._machine)
        return [calls, Kernels(self._machine)] if self._machine.devices else [calls]

    def device_of(self, tensor: torch.Tensor) -> torch.device:
        """The device that `tensor` reports: the simulated one, or the one that holds its values."""
        return device_of(tensor)

    def uninstall(self) -> None:
        """Undo everything but the marks on storages that still live, which nothing reads any more."""
        self._undo.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.uninstall()


def simulate(*, cuda: bool, mps: bool) -> Simulation:
    """Make this process one with exactly these accelerators, whatever the machine really has.

    Call it before the submission is imported: a module may keep what `is_available` said at import.
    """
    return Simulation(Machine(cuda=cuda, mps=mps))
