"""What programs ask about the machine: `torch.cuda.is_available` and its kin."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import torch
import torch.backends.mps
import torch.mps

from grader.sandbox.inside.accelerator.interior import Replacement
from grader.sandbox.inside.accelerator.machine import NO_ACCELERATOR, NO_CUDA, Machine

_NAME: Final = "Simulated accelerator"
_MEMORY: Final = 16 * 2**30  # bytes; some number that looks like a graphics card's
_CAPABILITY: Final = (8, 0)


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


def queries(machine: Machine) -> Iterator[Replacement]:
    """Every answer about accelerators on `machine`, and orders to them, that do nothing."""
    yield from _cuda(machine) if machine.cuda else _no_cuda()
    yield from _mps() if machine.mps else _no_mps()
    yield from _accelerator(machine.accelerator)


def _no_cuda() -> Iterator[Replacement]:
    yield from _answers(torch.backends.cuda, {"is_built": False})  # as NO_CUDA says, whatever this PyTorch is built for
    yield from _answers(torch.cuda, {"is_available": False, "device_count": 0, "is_initialized": False})
    yield torch.cuda, "_lazy_init", _refusal(AssertionError, NO_CUDA)  # everything else goes through this


def _cuda(machine: Machine) -> Iterator[Replacement]:
    yield from _answers(torch.backends.cuda, {"is_built": True})
    yield from _answers(torch.backends.cudnn, {"is_acceptable": False})  # or nn.LSTM warns of its absence
    yield from _answers(torch.cuda, _CUDA_ANSWERS)
    for name, value in _CUDA_DEVICE_ANSWERS.items():
        yield torch.cuda, name, functools.partial(_of_device, machine.check_index, value)
    for name, value in _CUDA_PROPERTIES.items():
        yield torch.cuda, name, functools.partial(_of_device, _check_id, value)
    yield torch.cuda, "get_rng_state", lambda device="cuda": torch.get_rng_state()
    yield torch.cuda, "get_rng_state_all", lambda: [torch.get_rng_state()]
    yield torch.cuda, "Stream", Stream
    yield torch.cuda, "Event", Event
    yield torch.cuda, "stream", contextlib.nullcontext
    yield torch.cuda, "current_stream", Stream
    yield torch.cuda, "default_stream", Stream


def _no_mps() -> Iterator[Replacement]:
    yield from _answers(torch.backends.mps, {"is_available": False, "is_built": False})
    yield from _answers(torch.mps, {"is_available": False, "device_count": 0})


def _mps() -> Iterator[Replacement]:
    yield from _answers(torch.backends.mps, {"is_available": True, "is_built": True, "is_macos_or_newer": True})
    yield from _answers(torch.mps, _MPS_ANSWERS)
    yield torch.mps, "get_rng_state", lambda device="mps": torch.get_rng_state()
    yield torch.mps, "Event", Event


def _accelerator(device: torch.device | None) -> Iterator[Replacement]:
    if device is None:
        yield from _answers(torch.accelerator, {"is_available": False, "device_count": 0})
        yield torch.accelerator, "current_accelerator", functools.partial(_same, None)
        for name in _ACCELERATOR_ANSWERS:
            yield torch.accelerator, name, _refusal(RuntimeError, NO_ACCELERATOR)
        return
    yield from _answers(torch.accelerator, {"is_available": True, "device_count": 1, **_ACCELERATOR_ANSWERS})
    yield torch.accelerator, "current_accelerator", functools.partial(_same, torch.device(device.type))
    yield torch.accelerator, "current_stream", Stream
    yield torch.accelerator, "device_index", contextlib.nullcontext


def _answers(owner: Any, values: Mapping[str, Any]) -> Iterator[Replacement]:
    for name, value in values.items():
        yield owner, name, functools.partial(_same, value)


def _same(value: Any, *args: Any, **kwargs: Any) -> Any:
    return value


def _of_device(check: Callable[[int | None], None], value: Any, device: Any = None, *args: Any, **kwargs: Any) -> Any:
    """An answer about the device with this number or name, if there is such a device."""
    if device is not None:
        check(device if isinstance(device, int) else torch.device(device).index)
    return value


def _check_id(index: int | None) -> None:
    if index is not None and index > 0:
        raise AssertionError("Invalid device id")


def _refusal(kind: type[Exception], words: str) -> Callable[..., NoReturn]:
    def refuse(*args: Any, **kwargs: Any) -> NoReturn:
        raise kind(words)

    return refuse


_CUDA_ANSWERS: Final[dict[str, Any]] = {
    "is_available": True,
    "is_initialized": True,
    "is_bf16_supported": True,
    "is_current_stream_capturing": False,
    "device_count": 1,
    "current_device": 0,
    "initial_seed": 0,
    "get_arch_list": ["sm_{}{}".format(*_CAPABILITY)],
    **dict.fromkeys(("init", "_lazy_init", "empty_cache", "ipc_collect", "set_stream")),
    **dict.fromkeys(("manual_seed", "manual_seed_all", "seed", "seed_all", "set_rng_state", "set_rng_state_all")),
    "set_per_process_memory_fraction": None,
}
_CUDA_PROPERTIES: Final[dict[str, Any]] = {
    "get_device_name": _NAME,
    "get_device_capability": _CAPABILITY,
    "get_device_properties": DeviceProperties(),
}
_CUDA_DEVICE_ANSWERS: Final[dict[str, Any]] = {
    "mem_get_info": (_MEMORY, _MEMORY),
    "memory_stats": {},
    "memory_summary": "",
    **dict.fromkeys(("_exchange_device", "_maybe_exchange_device"), 0),
    **dict.fromkeys(("memory_allocated", "max_memory_allocated", "memory_cached", "max_memory_cached"), 0),
    **dict.fromkeys(("memory_reserved", "max_memory_reserved", "memory_usage", "device_memory_used"), 0),
    **dict.fromkeys(("utilization", "temperature"), 0),
    **dict.fromkeys(("synchronize", "set_device", "reset_peak_memory_stats", "reset_max_memory_allocated")),
    **dict.fromkeys(("reset_max_memory_cached", "reset_accumulated_memory_stats")),
}
_MPS_ANSWERS: Final[dict[str, Any]] = {
    "is_available": True,
    "device_count": 1,
    "recommended_max_memory": _MEMORY,
    **dict.fromkeys(("current_allocated_memory", "driver_allocated_memory"), 0),
    **dict.fromkeys(("synchronize", "empty_cache", "manual_seed", "seed", "set_rng_state")),
    "set_per_process_memory_fraction": None,
}
_ACCELERATOR_ANSWERS: Final[dict[str, Any]] = {
    **dict.fromkeys(("synchronize", "set_device_index", "set_device_idx", "set_stream", "empty_cache")),
    **dict.fromkeys(("current_device_index", "current_device_idx"), 0),
    **dict.fromkeys(("memory_allocated", "max_memory_allocated", "memory_reserved", "max_memory_reserved"), 0),
    "reset_peak_memory_stats": None,
    "memory_stats": {},
    "get_memory_info": (_MEMORY, _MEMORY),
}
