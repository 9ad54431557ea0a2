"""Values as a person would write them: tensor([3., 12., 27., 48.]), where two first differ, and by how much.

Long tensors are shown around the element that matters. Nothing here judges; whatever comes in, there is a text for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch

from grader.sandbox.values import Handle, NumpyScalar

MOST_SHOWN = 8  # elements of a tensor that a sentence can hold
BESIDE = 2  # elements shown on either side of the one that matters
DIGITS = (4, 6, 9, 17)  # significant ones: the first that tell two numbers apart; 9 hold a float32, 17 a float64
OWN_DTYPES = (torch.float32, torch.int64, torch.bool, torch.complex64)  # those that go without saying

Index = tuple[int, ...]  # where an element stands


def number(value: float, *, digits: int = DIGITS[0]) -> str:
    """A number of a tensor, as torch marks it: 3. for a float that is whole, 3 for an int."""
    if isinstance(value, complex):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        text = f"{value:.0f}" if value == round(value) and abs(value) < 1e6 else f"{value:.{digits}g}"
        return text if "." in text or "e" in text else f"{text}."
    return str(value)


def listed(values: Iterable[float]) -> str:
    """Numbers in a row: 0.9636, 0.5, 2."""
    return ", ".join(f"{value:.{DIGITS[0]}g}" for value in values)


def show(value: torch.Tensor, *, around: Index | None = None, digits: int = DIGITS[0]) -> str:
    """A tensor as a person would write it; of a long one the elements beside `around`, or else its shape alone."""
    plain = value.detach()
    named = "" if plain.dtype in OWN_DTYPES else f", dtype={plain.dtype}"
    if plain.numel() <= MOST_SHOWN:
        empty = f", size={shape(plain.shape)}" if plain.numel() == 0 and plain.dim() > 1 else ""
        return f"tensor({_nested(plain.tolist(), digits)}{empty}{named})"
    if around is None:
        return f"a tensor of shape {shape(plain.shape)}"
    row, at = plain[around[:-1]], around[-1]
    first, last = max(at - BESIDE, 0), min(at + BESIDE + 1, len(row))
    numbers = [number(each, digits=digits) for each in row[first:last].tolist()]
    return f"[{', '.join(['...'] * (first > 0) + numbers + ['...'] * (last < len(row)))}]"


def difference(
    actual: torch.Tensor, expected: torch.Tensor, *, name: str, tolerance: tuple[float, float] = (0.0, 0.0)
) -> str:
    """Both values, where they first differ by more than the tolerance (relative, absolute), and by how much."""
    if actual.shape != expected.shape or actual.is_complex() != expected.is_complex():
        return f"{name} is {show(actual)}; expected {show(expected)}."
    wide = torch.complex128 if actual.is_complex() else torch.float64
    a, e = actual.detach().to(wide), expected.detach().to(wide)
    off = (~torch.isclose(a, e, rtol=tolerance[0], atol=tolerance[1])).nonzero()
    if not len(off):
        return f"Expected {show(expected)}, got {show(actual)}."
    gaps, first = (a - e).abs().nan_to_num(nan=math.inf, posinf=math.inf), tuple(off[0].tolist())
    digits = _digits(expected[first].item(), actual[first].item())
    if not first:
        return f"Expected {show(expected, digits=digits)}, got {show(actual, digits=digits)}{_by(gaps)}."
    due, came = (show(value, around=first, digits=digits) for value in (expected, actual))
    where = f"First difference at {list(first)}{_by(gaps[first])}."
    most = tuple(int(at) for at in torch.unravel_index(gaps.argmax(), gaps.shape))
    others = f" {len(off)} of {expected.numel()} differ" if len(off) > 1 else ""
    others += f", the most at {list(most)}{_by(gaps[most])}" if others and most != first else ""
    both = f"Expected {due}, got {came}."
    told = f"{where} {both}" if expected.numel() > MOST_SHOWN else f"{both} {where}"
    return f"{told}{others}{'.' if others else ''}"


def describe(value: Any) -> str:
    """What a value is, in words: "None", "a NumPy array of shape (3,)", "the int 5"."""
    if value is None:
        return "None"
    if isinstance(value, torch.Tensor):
        return f"a tensor of shape {shape(value.shape)} and dtype {value.dtype}"
    if isinstance(value, np.ndarray):
        return f"a NumPy array of shape {shape(value.shape)} and dtype {value.dtype}"
    if isinstance(value, NumpyScalar):
        return f"a numpy.{value.dtype}"
    if isinstance(value, Handle):
        return f"an object of type {value.type.removeprefix('builtins.')}"
    if isinstance(value, (bool, int, float)):
        return f"the {type(value).__name__} {str(value)[:30]}"
    if isinstance(value, str):
        return f"the string {value[:30]!r}"
    article = "an" if type(value).__name__[0] in "aeiou" else "a"
    return f"{article} {type(value).__name__}" + (f" of length {len(value)}" if hasattr(value, "__len__") else "")


def shape(sizes: Sequence[int]) -> str:
    """A shape as Python writes a tuple: (3,), without torch.Size around it."""
    return str(tuple(int(size) for size in sizes))


def _nested(values: Any, digits: int) -> str:
    if isinstance(values, list):
        return f"[{', '.join(_nested(value, digits) for value in values)}]"
    return number(values, digits=digits)


def _digits(some: float, other: float) -> int:
    """How many significant digits tell two numbers apart."""
    return next((d for d in DIGITS if number(some, digits=d) != number(other, digits=d)), DIGITS[-1])


def _by(gap: torch.Tensor) -> str:
    """How far off, where that is a number."""
    return f", off by {float(gap):.4g}" if bool(gap.isfinite()) else ""
