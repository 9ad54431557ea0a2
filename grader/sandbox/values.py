"""Values as a frame's header and buffers, and back. Both ends share this module and `wire`.

What crosses as data: None, bool, int, float, str, bytes, list, tuple, dict with str keys, tensor, ndarray, NumPy
scalar, dtype, device, torch.Size. Anything else stays where it is and crosses as a `Handle`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from grader.sandbox.wire import CAPS, Caps, Frame, Tree, WireError, is_list_of_sizes

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.complex128,
        torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool,
    )
}  # fmt: skip
ARRAY_DTYPES = frozenset(
    "float64 float32 float16 complex64 complex128 int64 int32 int16 int8 uint64 uint32 uint16 uint8 bool".split()
)


@dataclass(frozen=True, slots=True)
class Handle:
    """Something that cannot cross. It lives in the child; `type` is what the child says it is."""

    id: int
    type: str = "object"


@dataclass(frozen=True, slots=True)
class NumpyScalar:
    """A NumPy scalar that is no Python number, such as numpy.float32(0.5)."""

    dtype: str
    value: bool | int | float | complex


class Encoder:
    """Turns values into a tree and buffers.

    `keep` is told about each object that cannot cross and answers with the handle it is kept under; without it
    such an object is a TypeError. `device_of` names the device of a tensor (the child may be simulating one).
    """

    def __init__(
        self,
        *,
        keep: Callable[[object], Handle] | None = None,
        device_of: Callable[[torch.Tensor], torch.device] = lambda tensor: tensor.device,
    ) -> None:
        self.buffers: list[bytes] = []
        self._keep = keep
        self._device_of = device_of
        self._values = 0

    def encode(self, value: object, depth: int = 0) -> Tree:
        """The tree of one value. Its buffers are appended to `buffers`."""
        self._values += 1
        if self._values > CAPS.values:
            raise WireError(f"the answer holds more than {CAPS.values} values")
        kind = type(value)
        if value is None or kind is bool or kind is str:
            return value
        if isinstance(value, np.generic) and not isinstance(value, (float, complex)):
            return self._numpy_scalar(value)
        if isinstance(value, int):
            return int(value) if abs(value) < 1 << 63 else {"$": "int", "hex": f"{int(value):x}"}
        if isinstance(value, float):
            return float(value)
        if isinstance(value, str):
            return str.__str__(value)
        if depth < CAPS.depth:
            tree = self._container(value, depth)
            if tree is not None:
                return tree
        return self._leaf(value)

    def _numpy_scalar(self, value: np.generic) -> Tree:
        if value.dtype.name not in ARRAY_DTYPES:
            return self._kept(value)
        number = value.item()
        parts = [number.real, number.imag] if isinstance(number, complex) else number
        return {"$": "scalar", "dtype": value.dtype.name, "value": parts}

    def _container(self, value: object, depth: int) -> Tree | None:
        if isinstance(value, torch.Size):
            return {"$": "size", "items": [int(size) for size in value]}
        if isinstance(value, list):
            return [self.encode(item, depth + 1) for item in value]
        if isinstance(value, tuple):
            return {"$": "tuple", "items": [self.encode(item, depth + 1) for item in value]}
        if isinstance(value, dict) and all(isinstance(key, str) for key in value):
            return {"$": "dict", "items": [[str(k), self.encode(v, depth + 1)] for k, v in value.items()]}
        return None

    def _leaf(self, value: object) -> Tree:
        if isinstance(value, (bytes, bytearray)):
            return {"$": "bytes", "buffer": self._buffer(bytes(value))}
        if isinstance(value, complex):
            return {"$": "complex", "parts": [value.real, value.imag]}
        if isinstance(value, torch.dtype):
            return {"$": "dtype", "name": str(value).removeprefix("torch.")}
        if isinstance(value, torch.device):
            return {"$": "device", "name": str(value)}
        if isinstance(value, Handle):
            return {"$": "handle", "id": value.id, "type": value.type}
        if isinstance(value, torch.Tensor):
            return self._tensor(value)
        if isinstance(value, np.ndarray) and value.dtype.name in ARRAY_DTYPES:
            buffer = self._buffer(np.ascontiguousarray(value).tobytes())
            return {"$": "array", "dtype": value.dtype.name, "shape": list(value.shape), "buffer": buffer}
        return self._kept(value)

    def _tensor(self, tensor: torch.Tensor) -> Tree:
        device = str(self._device_of(tensor))
        with torch._C.DisableTorchFunction():  # neither a subclass nor the simulated device has a say in the bytes
            name = str(tensor.dtype).removeprefix("torch.")
            if tensor.layout is not torch.strided or name not in DTYPES or tensor.is_meta or tensor.is_quantized:
                return self._kept(tensor)
            return {
                "$": "tensor",
                "dtype": name,
                "shape": list(tensor.shape),
                "requires_grad": bool(tensor.requires_grad),
                "device": device,
                "buffer": self._buffer(_tensor_bytes(tensor)),
            }

    def _buffer(self, data: bytes) -> int:
        if len(self.buffers) == CAPS.buffers:
            raise WireError(f"the answer holds more than {CAPS.buffers} tensors")
        self.buffers.append(data)
        return len(self.buffers) - 1

    def _kept(self, value: object) -> Tree:
        if self._keep is None:
            raise TypeError(f"{type(value).__name__} cannot cross the wire")
        handle = self._keep(value)
        return {"$": "handle", "id": handle.id, "type": handle.type}


def _tensor_bytes(tensor: torch.Tensor) -> bytes:
    flat = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous().reshape(-1)
    if flat.is_complex():
        flat = torch.view_as_real(flat).reshape(-1)
    return flat.view(torch.uint8).numpy().tobytes()


class Decoder:
    """Turns a tree and its buffers back into values, believing neither.

    `resolve` gives the object behind a handle; without it a handle stays a `Handle`. Tensors are CPU tensors
    that own their memory; they require grad where the sender's did. Raises WireError.
    """

    def __init__(
        self,
        buffers: Sequence[bytes],
        *,
        resolve: Callable[[int], object] | None = None,
        caps: Caps = CAPS,
    ) -> None:
        self._buffers = buffers
        self._resolve = resolve
        self._caps = caps
        self._values = 0

    def decode(self, tree: Tree, depth: int = 0) -> Any:
        """The value of one tree."""
        self._values += 1
        if self._values > self._caps.values or depth > self._caps.depth + 1:
            raise WireError("the message holds too many values or is nested too deep")
        if tree is None or isinstance(tree, (bool, int, float, str)):
            return tree
        if isinstance(tree, list):
            return [self.decode(item, depth + 1) for item in tree]
        if not isinstance(tree, dict):
            raise WireError("an unknown kind of value")
        try:
            return self._tagged(tree, depth)
        except (KeyError, TypeError, ValueError, OverflowError, RuntimeError) as problem:
            raise WireError(f"a malformed {str(tree.get('$'))[:20]!r} value") from problem

    def _tagged(self, tree: dict[str, Tree], depth: int) -> Any:
        match tree["$"]:
            case "tuple":
                return tuple(self.decode(item, depth + 1) for item in _items(tree))
            case "dict":
                return {_text(key): self.decode(value, depth + 1) for key, value in _items(tree)}
            case "tensor":
                return self._tensor(tree)
            case "array":
                shape, dtype = self._shape(tree), _choice(tree["dtype"], ARRAY_DTYPES)
                data = self._sized(tree, math.prod(shape) * np.dtype(dtype).itemsize)
                return np.frombuffer(bytearray(data), dtype=dtype).reshape(shape)
            case "scalar":
                dtype, value = _choice(tree["dtype"], ARRAY_DTYPES), tree["value"]
                number = complex(*value) if isinstance(value, list) else value
                return NumpyScalar(dtype, np.dtype(dtype).type(number).item())
            case "bytes":
                return self._buffer(tree)
            case "int":
                return int(_text(tree["hex"])[:100_000], 16)
            case "complex":
                return complex(*tree["parts"])
            case "dtype":
                return getattr(torch, _choice(tree["name"], _dtype_names()))
            case "device":
                return torch.device(_text(tree["name"])[:20])
            case "size":
                return torch.Size(_items(tree))
            case "handle":
                return self._handle(tree)
        raise WireError("an unknown kind of value")

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
            raw = bytearray(data)
            tensor = torch.frombuffer(raw, dtype=torch.uint8 if dtype is torch.bool else dtype).reshape(shape)
            if dtype is torch.bool:
                tensor = tensor != 0  # a byte that is neither 0 nor 1 would be an invalid bool
        if tree["requires_grad"] is True:
            tensor.requires_grad_(True)
        return tensor

    def _shape(self, tree: dict[str, Tree]) -> list[int]:
        shape = tree["shape"]
        if not is_list_of_sizes(shape) or len(shape) > self._caps.dimensions:
            raise WireError("a shape that is none")
        if any(size >= 1 << 40 for size in shape):  # an empty tensor may claim any other extent
            raise WireError("a shape that is too large")
        return list(shape)

    def _sized(self, tree: dict[str, Tree], size: int) -> bytes:
        data = self._buffer(tree)
        if len(data) != size:
            raise WireError("a shape that does not fit its bytes")
        return data

    def _buffer(self, tree: dict[str, Tree]) -> bytes:
        index = _whole(tree["buffer"])
        if not 0 <= index < len(self._buffers):
            raise WireError("a buffer that is not there")
        return self._buffers[index]


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


def message(header: dict[str, Tree], value: object, encoder: Encoder | None = None) -> Frame:
    """A frame that carries `value` under the header's key "value"."""
    encoder = encoder or Encoder()
    tree = encoder.encode(value)
    return Frame({**header, "value": tree}, tuple(encoder.buffers))
