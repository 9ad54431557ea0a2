"""Values into trees and buffers. Both ends use it; nothing here needs to be believed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from grader.sandbox.values import ARRAY_DTYPES, DTYPES, Handle, NumpyScalar
from grader.sandbox.wire import CAPS, ORDER_DEPTH, Frame, Tree, WireError


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
        self._depth = CAPS.depth + (ORDER_DEPTH if keep is None else 0)

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
            return int(value) if value.bit_length() <= CAPS.integer_bits else self._kept(value)
        if isinstance(value, float):
            return float(value)
        if isinstance(value, str):
            return str.__str__(value)
        if depth < self._depth:
            tree = self._container(value, depth)
            if tree is not None:
                return tree
        return self._leaf(value)

    def _numpy_scalar(self, value: np.generic) -> Tree:
        if value.dtype.name not in ARRAY_DTYPES:
            return self._kept(value)
        return _scalar(value.dtype.name, value.item())

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
        if isinstance(value, NumpyScalar):
            return _scalar(value.dtype, value.value)
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


def _scalar(dtype: str, number: complex) -> Tree:
    parts = [number.real, number.imag] if isinstance(number, complex) else number
    return {"$": "scalar", "dtype": dtype, "value": parts}


def _tensor_bytes(tensor: torch.Tensor) -> bytes:
    flat = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous().reshape(-1)
    if flat.is_complex():
        flat = torch.view_as_real(flat).reshape(-1)
    return flat.view(torch.uint8).numpy().tobytes()


def message(header: dict[str, Tree], value: object, encoder: Encoder | None = None) -> Frame:
    """A frame that carries `value` under the header's key "value"."""
    encoder = encoder or Encoder()
    tree = encoder.encode(value)
    return Frame({**header, "value": tree}, tuple(encoder.buffers))
