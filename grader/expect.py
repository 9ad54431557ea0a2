"""Expectations: each returns when it holds and raises `CheckFailed` with a sentence that teaches when it does not.

All of them run in the trusted process on data that crossed the wire, so none trusts a type, a shape or a value.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
import torch

from grader.model import Place
from grader.showing import describe, difference
from grader.showing import shape as shape_text

TOLERANCES = {  # relative, absolute: torch.testing.assert_close's own
    torch.float64: (1e-7, 1e-7),
    torch.float32: (1.3e-6, 1e-5),
}


class CheckFailed(Exception):
    """A check that does not hold.

    `reason` may be read by anyone; `detail` holds drawn inputs and expected values. Where `mistake` is set, that
    mistake's texts, filled with `values`, take the place of `reason` and `hint`. `trace`: the student's lines that
    led to it, where they are known.
    """

    def __init__(
        self,
        reason: str = "",
        *,
        detail: str = "",
        hint: str = "",
        mistake: str | None = None,
        trace: tuple[Place, ...] = (),
        values: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(reason or mistake)
        self.reason = reason
        self.detail = detail
        self.hint = hint
        self.mistake = mistake
        self.trace = trace
        self.values = dict(values or {})


def fail(
    reason: str = "",
    *,
    mistake: str | None = None,
    detail: str = "",
    hint: str = "",
    trace: tuple[Place, ...] = (),
    **values: object,
) -> NoReturn:
    """The check does not hold. `values` fill the {placeholders} in the mistake's texts."""
    raise CheckFailed(reason, mistake=mistake, detail=detail, hint=hint, trace=trace, values=values)


def expect(
    holds: bool,
    reason: str = "",
    *,
    mistake: str | None = None,
    detail: str = "",
    hint: str = "",
    trace: tuple[Place, ...] = (),
    **values: object,
) -> None:
    """Fail with this reason, or this mistake, unless it holds."""
    if not holds:
        fail(reason, mistake=mistake, detail=detail, hint=hint, trace=trace, **values)


def expect_tensor(
    value: Any,
    *,
    name: str,
    shape: Sequence[int] | None = None,
    dtype: torch.dtype | None = None,
    requires_grad: bool | None = None,
) -> torch.Tensor:
    """The value, if it is a finite tensor of this shape and dtype. `name` is what the report calls it."""
    if not isinstance(value, torch.Tensor):
        came = describe(value)
        hint = TENSOR_HINTS.get(type(value), "Return a torch.Tensor.")
        fail(f"{name} should be a tensor, and it is {came}.", hint=hint)
    if shape is not None and tuple(value.shape) != tuple(shape):
        fail(
            f"{name} has the wrong shape: expected {shape_text(shape)}, got {shape_text(value.shape)}.",
            hint="Print .shape after each step; reductions, indexing and broadcasting change it.",
        )
    if dtype is not None and value.dtype != dtype:
        fail(
            f"{name} has the wrong dtype: expected {dtype}, got {value.dtype}.",
            hint=f"Keep the input's dtype, or convert with .to({dtype}).",
        )
    if requires_grad is not None and value.requires_grad != requires_grad:
        if requires_grad:
            fail(
                f"{name} does not require grad: it was cut off from the graph.",
                hint="Leave out detach(), .data, .item() and no_grad().",
            )
        fail(f"{name} still requires grad.", hint="Return it detached: .detach(), or compute it under torch.no_grad().")
    expect_finite(value, name=name)
    return value


def expect_finite(value: torch.Tensor, *, name: str) -> None:
    """Fail where a value is NaN or infinite."""
    if value.is_floating_point() or value.is_complex():
        for kind, found, hint in (
            ("NaN", torch.isnan(value), NAN_HINT),
            ("infinity", torch.isinf(value), INFINITY_HINT),
        ):
            if found.any():
                first = found.nonzero()[0].tolist()
                where = f": {int(found.sum())} of {value.numel()} values, the first at {first}" if first else ""
                fail(f"{name} contains {kind}{where}.", hint=hint)


def expect_close(
    actual: Any,
    expected: torch.Tensor,
    *,
    name: str = "The result",
    mistakes: Mapping[str, torch.Tensor] | None = None,
    requires_grad: bool | None = None,
    tolerance: tuple[float, float] | None = None,
) -> None:
    """The value is a tensor equal to `expected` in shape, dtype and, within the tolerance, every element.

    `mistakes` is the near-miss table: the first entry that the value equals is the mistake that is named.
    `tolerance` is (relative, absolute); the default is that of torch.testing for the expected dtype.
    """
    rtol, atol = tolerance or TOLERANCES.get(expected.dtype, (0.0, 0.0))
    if isinstance(actual, torch.Tensor):
        for mistake, image in (mistakes or {}).items():
            if is_close(actual, image, (rtol, atol)) and not is_close(actual, expected, (rtol, atol)):
                fail(mistake=mistake, detail=difference(actual, expected, name=name, tolerance=(rtol, atol)))
    value = expect_tensor(actual, name=name, shape=expected.shape, dtype=expected.dtype, requires_grad=requires_grad)
    if not is_close(value, expected, (rtol, atol)):
        wrong = int((~torch.isclose(value, expected, rtol=rtol, atol=atol)).sum())
        fail(
            f"{name} is not right: {wrong} of {expected.numel()} value{'s differ' if wrong != 1 else ' differs'}.",
            detail=difference(value, expected, name=name, tolerance=(rtol, atol)),
        )


def is_close(actual: torch.Tensor, expected: torch.Tensor, tolerance: tuple[float, float]) -> bool:
    """Whether two tensors agree in shape and, within (relative, absolute), in value; NaN agrees with nothing."""
    if actual.shape != expected.shape:
        return False
    if actual.dtype == expected.dtype and torch.equal(actual, expected):
        return True
    rtol, atol = tolerance
    wide = torch.complex128 if actual.is_complex() or expected.is_complex() else torch.float64
    return bool(torch.isclose(actual.detach().to(wide), expected.detach().to(wide), rtol=rtol, atol=atol).all())


def expect_float(value: Any, *, name: str) -> float:
    """The value, if it is a finite Python float (a numpy.float64 is one; an int will do)."""
    if isinstance(value, bool) or not isinstance(value, (float, int)):
        hint = (
            "Turn it into a float: .item() or float(...)." if isinstance(value, torch.Tensor) else "Return float(...)."
        )
        fail(f"{name} should be a Python float, and it is {describe(value)}.", hint=hint)
    if isinstance(value, int) and abs(value) > sys.float_info.max:
        fail(f"{name} is a whole number too large for a float.", hint="Return a float.")
    if not math.isfinite(value):
        fail(f"{name} is {value}.", hint="0/0, log(0), an overflow or a training that diverges gives this.")
    return float(value)


def expect_floats(value: Any, *, name: str, length: int) -> list[float]:
    """The value as floats, if it is a list (or tuple) of `length` finite Python floats."""
    if not isinstance(value, (list, tuple)):
        fail(
            f"{name} should be a list of floats, and it is {describe(value)}.",
            hint="Append one float per epoch and return the list.",
        )
    if len(value) != length:
        fail(
            f"{name} should have {length} entries, one per epoch, and it has {len(value)}.",
            hint="Append exactly one loss per epoch, for as many epochs as the caller asks for.",
        )
    return [
        expect_float(item, name=f"Entry {index} of {name[:1].lower() + name[1:]}") for index, item in enumerate(value)
    ]


NAN_HINT = "NaN comes from 0/0, inf - inf, log of a negative number, or a training that diverged."
INFINITY_HINT = "Infinity comes from a division by zero, an overflow or log(0)."
TENSOR_HINTS = {
    type(None): "A function without a return statement returns None: return the result.",
    np.ndarray: "Keep to torch, or turn it into a tensor with torch.from_numpy.",
    float: "Return the tensor itself, without .item() or float().",
    list: "Return one tensor: torch.stack or torch.tensor make one from a list.",
}
