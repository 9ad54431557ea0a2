"""The few places where neither mode is asked: what PyTorch's own code reads, storages, other threads."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

import torch

from grader.sandbox.inside.accelerator import places
from grader.sandbox.inside.accelerator.calls import run_backward
from grader.sandbox.inside.accelerator.machine import Machine

Replacement: TypeAlias = tuple[Any, str, Any]  # owner, attribute, what it is while the simulation is on
ModeMaker: TypeAlias = Callable[[], Iterable[contextlib.AbstractContextManager[Any]]]


@contextlib.contextmanager
def replaced(wanted: Iterable[Replacement]) -> Iterator[None]:
    """Set attributes of modules and classes, and put back what was there at the end.

    An attribute that this version of PyTorch does not have is left out.
    """
    with contextlib.ExitStack() as undo:
        for owner, name, value in list(wanted):
            if name in vars(owner):
                undo.callback(setattr, owner, name, vars(owner)[name])
            elif hasattr(owner, name):  # inherited
                undo.callback(delattr, owner, name)
            else:
                continue
            setattr(owner, name, value)
        yield


def interior(machine: Machine, *, modes_of_a_thread: ModeMaker) -> Iterator[Replacement]:
    """What has to be replaced; `modes_of_a_thread` makes the modes that a new thread has to enter."""
    yield torch.Tensor, "device", property(places.device_of)
    for kind in ("cuda", "cpu", "mps"):
        yield torch.Tensor, f"is_{kind}", _reports(kind)
    yield threading.Thread, "run", _run_in(modes_of_a_thread)
    if machine.devices:
        yield torch.Tensor, "pin_memory", _pinned
        yield torch.Tensor, "is_pinned", lambda tensor, device=None: False
        yield torch.UntypedStorage, "device", property(places.storage_device)
        yield torch.UntypedStorage, "clone", lambda storage: _copied(storage, places.storage_device(storage))
        move = _storage_mover(machine)
        yield torch.UntypedStorage, "to", move
        yield torch.UntypedStorage, "mps", lambda storage: move(storage, device="mps")  # torch.load asks for this
        yield torch, "Generator", _generator_class(machine)
        engine = vars(torch.autograd)["_engine_run_backward"]
        yield torch.autograd, "_engine_run_backward", functools.partial(run_backward, machine, engine)


def _reports(kind: str) -> property:
    return property(lambda tensor: places.device_of(tensor).type == kind)


def _run_in(modes_of_a_thread: ModeMaker) -> Callable[[threading.Thread], None]:
    run = threading.Thread.run

    def run_in_modes(thread: threading.Thread) -> None:
        with contextlib.ExitStack() as stack:
            for mode in modes_of_a_thread():
                stack.enter_context(mode)
            run(thread)

    return run_in_modes


def _pinned(tensor: torch.Tensor, device: Any = None) -> torch.Tensor:
    if (kind := places.device_of(tensor).type) != "cpu":
        raise RuntimeError(f"cannot pin a {kind} tensor: only dense CPU tensors can be pinned")
    return tensor.clone()


def _copied(storage: torch.UntypedStorage, device: torch.device) -> torch.UntypedStorage:
    """A copy of `storage` that reports `device`: asked for by `copy.deepcopy`, `torch.save`, `torch.load`."""
    copied: torch.UntypedStorage = torch.UntypedStorage(storage.nbytes())  # type: ignore[no-untyped-call]
    copied.copy_(storage)
    places.put_storage(copied, device)
    return copied


def _storage_mover(machine: Machine) -> Callable[..., torch.UntypedStorage]:
    move = torch.UntypedStorage.to

    def to(storage: torch.UntypedStorage, *, device: Any, non_blocking: bool = False) -> Any:
        resolved = machine.resolve(device)
        if resolved == places.storage_device(storage):
            return storage
        if resolved.type in ("cpu", *machine.devices):
            return _copied(storage, resolved)
        return move(storage, device=resolved, non_blocking=non_blocking)

    return to


def _generator_class(machine: Machine) -> type[torch._C.Generator]:
    class Generator(torch._C.Generator):
        """A random generator that may belong to a simulated device."""

        _where: torch.device

        def __new__(cls, device: Any = "cpu") -> Generator:
            resolved = machine.resolve(device)
            real = places.CPU if resolved.type in machine.devices else resolved
            generator: Generator = super().__new__(cls, real)  # type: ignore[call-arg]
            generator._where = resolved
            return generator

        @property
        def device(self) -> torch.device:  # type: ignore[override]
            return self._where

    return Generator
