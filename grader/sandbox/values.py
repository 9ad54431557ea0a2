"""What may cross the wire. `encode` and `decode` turn values into a frame's header and buffers, and back.

What crosses as data: None, bool, int, float, str, bytes, list, tuple, dict with str keys, tensor, ndarray, NumPy
scalar, dtype, device, torch.Size. Anything else stays where it is and crosses as a `Handle`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.complex64, torch.complex128,
        torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool,
    )
}  # fmt: skip
ARRAY_DTYPES = frozenset(
    ["float64", "float32", "float16", "complex64", "complex128", "bool"]
    + [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
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
