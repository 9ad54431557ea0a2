"""Trees and buffers into values. The trusted side reads what a hostile child sends with this: it believes nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from grader.sandbox.values import ARRAY_DTYPES, DTYPES, Handle, NumpyScalar
from grader.sandbox.wire import CAPS, ORDER_DEPTH, Caps, Tree, WireError, is_list_of_sizes


class Decoder:
    """Turns a tree and its buffers back into values, believing neither.

    `resolve` gives the object behind a handle; without it a handle stays a `Handle`, and a NumPy scalar a
    `NumpyScalar`. Tensors are CPU tensors that own their memory; they require grad where the sender's did. Raises
    WireError.
    """

    def __init__(
        self,
        buffers: Sequence[bytes | bytearray],
        *,
        resolve: Callable[[int], object] | None = None,
        caps: Caps = CAPS,
    ) -> None:
        self._buffers = dict(enumerate(buffers))  # each may be used once: a second use would multiply its size
        self._resolve = resolve
        self._caps = caps
        self._values = 0
        self._depth = caps.depth + 1 + (0 if resolve is None else ORDER_DEPTH)
        self._leaves: dict[str, Callable[[dict[str, Tree]], Any]] = {
            "tensor": self._tensor,
            "array": self._array,
            "scalar": self._scalar,
            "bytes": lambda tree: bytes(self._buffer(tree)),
            "complex": lambda tree: _complex(tree["parts"]),
            "dtype": lambda tree: getattr(torch, _choice(tree["name"], _dtype_names())),
            "device": lambda tree: torch.device(_text(tree["name"])[:20]),
            "size": lambda tree: torch.Size(_items(tree)),
            "handle": self._handle,
        }

    def decode(self, tree: Tree, depth: int = 0) -> Any:
        """The value of one tree."""
        self._values += 1
        if self._values > self._caps.values or depth > self._depth:
            raise WireError("the message holds too many values or is nested too deep")
        if isinstance(tree, int) and tree.bit_length() > self._caps.integer_bits:
            raise WireError("an integer that is too large")
        if tree is None or isinstance(tree, (bool, int, float, str)):
            return tree
        if isinstance(tree, list):
            return [self.decode(item, depth + 1) for item in tree]
        if not isinstance(tree, dict):
            raise WireError("an unknown kind of value")
        tag = _text(tree.get("$"))
        try:
            return self._tagged(tag, tree, depth)
        except (KeyError, TypeError, ValueError, OverflowError, RuntimeError) as problem:
            raise WireError(f"a malformed {tag[:20]!r} value") from problem

    def _tagged(self, tag: str, tree: dict[str, Tree], depth: int) -> Any:
        if tag == "tuple":
            return tuple(self.decode(item, depth + 1) for item in _items(tree))
        if tag == "dict":
            return {_text(key): self.decode(value, depth + 1) for key, value in _items(tree)}
        return self._leaves[tag](tree)

    def _array(self, tree: dict[str, Tree]) -> np.ndarray:
        shape, dtype = self._shape(tree), np.dtype(_choice(tree["dtype"], ARRAY_DTYPES))
        data = self._sized(tree, math.prod(shape) * dtype.itemsize)
        if dtype.kind == "b":  # a byte that is neither 0 nor 1 would be an invalid bool
            return np.frombuffer(data, dtype=np.uint8).reshape(shape).astype(bool)
        return np.frombuffer(data, dtype=dtype).reshape(shape).copy()

    def _handle(self, tree: dict[str, Tree]) -> Any:
        handle = Handle(_whole(tree["id"]), _text(tree["type"])[:200])
        return handle if self._resolve is None else self._resolve(handle.id)

    def _tensor(self, tree: dict[str, Tree]) -> torch.Tensor:
        shape, dtype = self._shape(tree), DTYPES[tree["dtype"]]
        count = math.prod(shape)
        data = self._sized(tree, count * dtype.itemsize)
        if not count:
            tensor = torch.empty(shape, dtype=dtype)
        else:
            raw = data if isinstance(data, bytearray) else bytearray(data)  # torch warns of what it may not write to
            tensor = torch.frombuffer(raw, dtype=torch.uint8 if dtype is torch.bool else dtype).reshape(shape).clone()
            if dtype is torch.bool:
                tensor = tensor != 0  # as in an array
        if tree["requires_grad"] is True:
            tensor.requires_grad_(True)
        return tensor

    def _scalar(self, tree: dict[str, Tree]) -> Any:
        dtype, value = _choice(tree["dtype"], ARRAY_DTYPES), tree["value"]
        number = _complex(value) if isinstance(value, list) else _number(value)
        with np.errstate(over="ignore"):  # what is too large for its dtype is infinite, without a warning
            scalar = np.dtype(dtype).type(number)
        return NumpyScalar(dtype, scalar.item()) if self._resolve is None else scalar

    def _shape(self, tree: dict[str, Tree]) -> list[int]:
        shape = tree["shape"]
        if not is_list_of_sizes(shape) or len(shape) > self._caps.dimensions:
            raise WireError("a shape that is none")
        if any(size >= 1 << 40 for size in shape):  # an empty tensor may claim any other extent
            raise WireError("a shape that is too large")
        return list(shape)

    def _sized(self, tree: dict[str, Tree], size: int) -> bytes | bytearray:
        data = self._buffer(tree)
        if len(data) != size:
            raise WireError("a shape that does not fit its bytes")
        return data

    def _buffer(self, tree: dict[str, Tree]) -> bytes | bytearray:
        index = _whole(tree["buffer"])
        if index not in self._buffers:
            raise WireError("a buffer that is not there, or used twice")
        return self._buffers.pop(index)


def _complex(parts: Tree) -> complex:
    real, imaginary = parts
    return complex(_number(real), _number(imaginary))


def _number(value: Tree) -> float:
    if not isinstance(value, (bool, int, float)):
        raise WireError("a number that is none")
    return value


def _items(tree: dict[str, Tree]) -> list[Tree]:
    items = tree["items"]
    if not isinstance(items, list):
        raise WireError("a container without items")
    return items


def _text(value: Tree) -> str:
    if not isinstance(value, str):
        raise WireError("a name that is no text")
    return value


def _whole(value: Tree) -> int:
    if type(value) is not int:
        raise WireError("a number that is not whole")
    return value


def _choice(value: Tree, allowed: frozenset[str]) -> str:
    if value not in allowed:
        raise WireError("a dtype that may not cross")
    return str(value)


def _dtype_names() -> frozenset[str]:
    return frozenset(name for name in dir(torch) if isinstance(getattr(torch, name), torch.dtype))
