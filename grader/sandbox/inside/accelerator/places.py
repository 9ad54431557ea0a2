"""Where a tensor is: a mark on its storage.

The storage, not the tensor, because that is what has a device: views, `detach()`, `.data`, `Parameter(...)`,
saved tensors and hook arguments are new tensor objects over the same storage, many of them made in C++ where
nothing of ours looks. PyTorch keeps the Python object of a storage, and so the mark, as long as the storage
lives.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import Any, Final, TypeAlias

import torch


class Undecided(Enum):
    """Made by PyTorch during `backward` out of no operand: it will be where its first partner is."""

    YET = auto()


Place: TypeAlias = torch.device | Undecided

CPU: Final = torch.device("cpu")
UNDECIDED: Final = Undecided.YET
_MARK: Final = "_simulated_device"
_storage = torch._C.TensorBase.untyped_storage  # not through torch.Tensor, where a subclass could override it
_real_device = torch.UntypedStorage.device.__get__  # taken before the simulation replaces it


def place_of(tensor: torch.Tensor) -> Place:
    """Where `tensor` is. Call it with torch functions disabled."""
    storage = _storage_of(tensor)
    return CPU if storage is None else getattr(storage, _MARK, CPU)


def put(tensor: torch.Tensor, place: Place) -> None:
    """Say that `tensor`, whose storage is its own, is at `place`. Call it with torch functions disabled."""
    storage = _storage_of(tensor)
    if storage is not None:
        setattr(storage, _MARK, place)


def put_storage(storage: torch.UntypedStorage, place: Place) -> None:
    """Say that `storage` is at `place`."""
    setattr(storage, _MARK, place)


def settle(tensor: torch.Tensor, place: Place) -> None:
    """Say that `tensor` is at `place` unless that is already decided, as it is for a view."""
    storage = _storage_of(tensor)
    if storage is not None and getattr(storage, _MARK, UNDECIDED) is UNDECIDED:
        setattr(storage, _MARK, place)


def device_of(tensor: torch.Tensor) -> torch.device:
    """The device that `tensor` reports."""
    with torch._C.DisableTorchFunction():
        storage = _storage_of(tensor)
        if storage is None:
            return torch._C.TensorBase.device.__get__(tensor)
        return storage_device(storage)


def storage_device(storage: torch.UntypedStorage) -> torch.device:
    """The device that `storage` reports: a tensor that is nowhere yet reports the CPU."""
    place = getattr(storage, _MARK, None)
    return place if isinstance(place, torch.device) and place != CPU else _real_device(storage)


def tensors_in(value: Any) -> Iterator[torch.Tensor]:
    """The tensors in a result, or in nested arguments."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors_in(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from tensors_in(item)


def _storage_of(tensor: torch.Tensor) -> torch.UntypedStorage | None:
    try:
        return _storage(tensor)
    except NotImplementedError:
        return _inner_storage(tensor)


def _inner_storage(tensor: torch.Tensor) -> torch.UntypedStorage | None:
    """The storage that speaks for a tensor without one: a torch.func wrapper or a sparse tensor."""
    if torch._C._functorch.is_functorch_wrapped_tensor(tensor):
        return _storage_of(torch._C._functorch.get_unwrapped(tensor))
    if tensor.layout is torch.sparse_coo:
        return _storage_of(tensor._values())
    if tensor.layout in (torch.sparse_csr, torch.sparse_csc, torch.sparse_bsr, torch.sparse_bsc):
        return _storage_of(tensor.values())
    return None
