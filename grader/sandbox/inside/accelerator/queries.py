"""What programs ask about the machine (`torch.cuda.is_available` and its kin), and the few places besides
function modes where the simulation has to stand in for PyTorch.
"""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import torch
import torch.backends.mps
import torch.mps

from grader.sandbox.inside.accelerator import calls, places
from grader.sandbox.inside.accelerator.machine import NO_ACCELERATOR, NO_CUDA, Machine

_NAME: Final = "Simulated accelerator"
_MEMORY: Final = 16 * 2**30  # bytes; some number that looks like a graphics card's
_CAPABILITY: Final = (8, 0)

Replacement = tuple[Any, str, Any]  # owner, attribute, what it is while the simulation is on


@dataclass(frozen=True)
class DeviceProperties:
    """What `torch.cuda.get_device_properties` answers; `total_memory` is in bytes."""

    name: str = _NAME
    major: int = _CAPABILITY[0]
    minor: int = _CAPABILITY[1]
    total_memory: int = _MEMORY
    multi_processor_count: int = 1
    is_integrated: int = 0
    is_multi_gpu_board: int = 0
    max_threads_per_multi_processor: int = 2048
    warp_size: int = 32


class Stream:
    """A stream of work that is always done."""

    def __init__(self, device: Any = None, priority: int = 0, **options: Any) -> None:
        self.priority = priority

    def synchronize(self) -> None: ...

    def wait_stream(self, stream: Stream) -> None: ...

    def wait_event(self, event: Event) -> None: ...

    def record_event(self, event: Event | None = None) -> Event:
        event = event or Event()
        event.record(self)
        return event

    def is_capturing(self) -> bool:
        return False

    def query(self) -> bool:
        return True

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *exception: object) -> None: ...


class Event:
    """A moment on the process's clock."""

    def __init__(self, enable_timing: bool = False, **options: Any) -> None:
        self._at = 0.0

    def record(self, stream: Stream | None = None) -> None:
        self._at = time.perf_counter()

    def elapsed_time(self, end_event: Event) -> float:
        """Milliseconds from this event to `end_event`."""
        return (end_event._at - self._at) * 1000

    def synchronize(self) -> None: ...

    def wait(self, stream: Stream | None = None) -> None: ...

    def query(self) -> bool:
        return True


@contextlib.contextmanager
def replaced(wanted: Iterable[Replacement]) -> Iterator[None]:
    """Set attributes of modules and classes, and put back what was there at the end."""
    with contextlib.ExitStack() as undo:
        for owner, name, value in list(wanted):
            if name in vars(owner):
                undo.callback(setattr, owner, name, vars(owner)[name])
            else:
                undo.callback(delattr, owner, name)
            setattr(owner, name, value)
        yield


def replacements(
    machine: Machine, *, modes_of_a_thread: Callable[[], Iterable[contextlib.AbstractContextManager[Any]]]
) -> Iterator[Replacement]:
    """Everything to replace on `machine`; `modes_of_a_thread` makes the modes that a new thread has to enter."""
    yield from _tensor_attributes(machine)
    yield from _cuda(machine) if machine.cuda else _no_cuda()
    yield from _mps(machine)
    yield from _accelerator(machine)
    if machine.devices:
        engine = torch.autograd._engine_run_backward
        yield torch.autograd, "_engine_run_backward", functools.partial(calls.run_backward, machine, engine)
        yield torch, "Generator", _generator_class(machine)
    run = threading.Thread.run

    def run_in_modes(thread: threading.Thread) -> None:
        with contextlib.ExitStack() as stack:
            for mode in modes_of_a_thread():
                stack.enter_context(mode)
            run(thread)

    yield threading.Thread, "run", run_in_modes


def _tensor_attributes(machine: Machine) -> Iterator[Replacement]:
    """Read also by PyTorch's own Python code (printing, optimizers, saving), at times with every mode off."""

    def reports(kind: str) -> property:
        return property(lambda tensor: places.device_of(tensor).type == kind)

    yield torch.Tensor, "device", property(places.device_of)
    for kind in ("cuda", "cpu", "mps"):
        yield torch.Tensor, f"is_{kind}", reports(kind)
    if machine.devices:
        yield torch.Tensor, "pin_memory", lambda tensor, device=None: tensor.clone()
        yield torch.Tensor, "is_pinned", lambda tensor, device=None: False
        yield from _storage_attributes(machine)


def _storage_attributes(machine: Machine) -> Iterator[Replacement]:
    """Storages are what `torch.save` and `torch.load` handle, with a device for each."""
    move = torch.UntypedStorage.to

    def clone(storage: torch.UntypedStorage) -> torch.UntypedStorage:
        return labelled(storage, places.storage_device(storage))

    def labelled(storage: torch.UntypedStorage, device: torch.device) -> torch.UntypedStorage:
        copied = torch.UntypedStorage(storage.nbytes()).copy_(storage)
        with torch._C.DisableTorchFunction():
            places.put(torch.empty(0, dtype=torch.uint8).set_(copied), device)
        return copied

    def to(storage: torch.UntypedStorage, *, device: Any, non_blocking: bool = False) -> torch.UntypedStorage:
        resolved = machine.resolve(device)
        if resolved == places.storage_device(storage):
            return storage
        if resolved.type in ("cpu", *machine.devices):
            return labelled(storage, resolved)
        return move(storage, device=resolved, non_blocking=non_blocking)

    yield torch.UntypedStorage, "device", property(places.storage_device)
    yield torch.UntypedStorage, "clone", clone
    yield torch.UntypedStorage, "to", to


def _no_cuda() -> Iterator[Replacement]:
    yield torch.cuda, "is_available", lambda: False
    yield torch.cuda, "device_count", lambda: 0
    yield torch.cuda, "is_initialized", lambda: False
    yield torch.cuda, "_lazy_init", _raise(AssertionError, NO_CUDA)


def _cuda(machine: Machine) -> Iterator[Replacement]:
    def check(device: Any = None, *args: Any, **kwargs: Any) -> None:
        if device is not None and not isinstance(device, Stream):
            index = device if isinstance(device, int) else torch.device(device).index
            machine.check_index(index)

    def answer(value: Any) -> Callable[..., Any]:
        def answered(device: Any = None, *args: Any, **kwargs: Any) -> Any:
            check(device)
            return value

        return answered

    def exchange(index: int) -> int:
        check(index)
        return 0

    yield torch.backends.cuda, "is_built", lambda: True
    yield torch.backends.cudnn, "is_acceptable", lambda tensor: False  # or nn.LSTM warns that there is no cuDNN
    yield torch.cuda, "is_current_stream_capturing", lambda: False
    for name, value in {
        "is_available": True,
        "is_initialized": True,
        "device_count": 1,
        "current_device": 0,
        "get_arch_list": [f"sm_{_CAPABILITY[0]}{_CAPABILITY[1]}"],
        "is_bf16_supported": True,
    }.items():
        yield torch.cuda, name, functools.partial(_same, value)
    for name, value in {
        "get_device_name": _NAME,
        "get_device_capability": _CAPABILITY,
        "get_device_properties": DeviceProperties(),
        "mem_get_info": (_MEMORY, _MEMORY),
        "memory_stats": {},
        "memory_summary": "",
        **dict.fromkeys(_CUDA_NUMBERS, 0),
    }.items():
        yield torch.cuda, name, answer(value)
    for name in _CUDA_ORDERS:
        yield torch.cuda, name, functools.partial(_same, None)
    for name in ("synchronize", "set_device", "reset_peak_memory_stats"):
        yield torch.cuda, name, answer(None)
    for name in ("_exchange_device", "_maybe_exchange_device"):
        yield torch.cuda, name, exchange
    yield torch.cuda, "get_rng_state", lambda device="cuda": torch.get_rng_state()
    yield torch.cuda, "get_rng_state_all", lambda: [torch.get_rng_state()]
    yield torch.cuda, "Stream", Stream
    yield torch.cuda, "Event", Event
    yield torch.cuda, "stream", lambda stream: contextlib.nullcontext(stream)
    for name in ("current_stream", "default_stream"):
        yield torch.cuda, name, Stream


def _mps(machine: Machine) -> Iterator[Replacement]:
    for name in ("is_available", "is_built"):
        yield torch.backends.mps, name, functools.partial(_same, machine.mps)
    yield torch.mps, "is_available", functools.partial(_same, machine.mps)
    yield torch.mps, "device_count", functools.partial(_same, int(machine.mps))
    if machine.mps:
        yield torch.backends.mps, "is_macos_or_newer", lambda major, minor: True
        for name in ("synchronize", "empty_cache", "manual_seed", "seed", "set_rng_state"):
            yield torch.mps, name, functools.partial(_same, None)
        for name in ("current_allocated_memory", "driver_allocated_memory"):
            yield torch.mps, name, functools.partial(_same, 0)
        yield torch.mps, "recommended_max_memory", functools.partial(_same, _MEMORY)
        yield torch.mps, "get_rng_state", lambda device="mps": torch.get_rng_state()
        yield torch.mps, "Event", Event


def _accelerator(machine: Machine) -> Iterator[Replacement]:
    there = machine.accelerator

    def current(check_available: bool = False) -> torch.device | None:
        return None if there is None else torch.device(there.type)

    yield torch.accelerator, "is_available", functools.partial(_same, there is not None)
    yield torch.accelerator, "device_count", functools.partial(_same, 0 if there is None else 1)
    yield torch.accelerator, "current_accelerator", current
    orders: dict[str, Any] = {
        **dict.fromkeys(("synchronize", "set_device_index", "set_device_idx", "set_stream", "empty_cache"), None),
        **dict.fromkeys(("current_device_index", "current_device_idx"), 0),
        **dict.fromkeys(("memory_allocated", "max_memory_allocated", "memory_reserved", "max_memory_reserved"), 0),
        "reset_peak_memory_stats": None,
        "memory_stats": {},
        "get_memory_info": (_MEMORY, _MEMORY),
    }
    for name, value in orders.items():
        missing = _raise(RuntimeError, NO_ACCELERATOR)
        yield torch.accelerator, name, missing if there is None else functools.partial(_same, value)
    if there is not None:
        yield torch.accelerator, "current_stream", Stream
        yield torch.accelerator, "device_index", contextlib.nullcontext


def _generator_class(machine: Machine) -> type[torch.Generator]:
    class Generator(torch._C.Generator):
        """A random generator that may belong to a simulated device."""

        _where: torch.device

        def __new__(cls, device: Any = "cpu") -> Generator:
            resolved = machine.resolve(device)
            generator = super().__new__(cls, "cpu" if resolved.type in machine.devices else resolved)
            generator._where = resolved
            return generator

        @property
        def device(self) -> torch.device:
            return self._where

    return Generator


def _same(value: Any, *args: Any, **kwargs: Any) -> Any:
    return value


def _raise(kind: type[Exception], words: str) -> Callable[..., NoReturn]:
    def refuse(*args: Any, **kwargs: Any) -> NoReturn:
        raise kind(words)

    return refuse


_CUDA_NUMBERS: Final = (
    *("memory_allocated", "max_memory_allocated", "memory_reserved", "max_memory_reserved", "memory_cached"),
    *("max_memory_cached", "utilization", "memory_usage", "device_memory_used", "temperature", "initial_seed"),
)
_CUDA_ORDERS: Final = (
    *("init", "_lazy_init", "empty_cache", "ipc_collect", "manual_seed", "manual_seed_all", "seed", "seed_all"),
    *("set_rng_state", "set_rng_state_all", "set_per_process_memory_fraction", "set_stream"),
    *("reset_max_memory_allocated", "reset_max_memory_cached", "reset_accumulated_memory_stats"),
)
