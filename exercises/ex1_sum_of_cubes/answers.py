"""What the answers of ex1 are, what they are when a known mistake was made, and the words for each difference."""

from __future__ import annotations

from typing import Any

import torch

from grader.expect import expect, expect_tensor, fail, is_close
from grader.showing import difference

WORKED = torch.tensor([1.0, 2.0, 3.0, 4.0])
TOLERANCE = {torch.float32: (1e-4, 1e-5), torch.float64: (1e-9, 1e-9)}  # relative, absolute
INTEGERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)

WORKED_HINT = "Work this example out on paper, one element at a time, and print what your code has after each step."
OTHER_X_HINT = "Call it with such an x yourself, and hold the answer against one that you work out on paper."


def is_right(answer: Any, right: torch.Tensor) -> bool:
    """Whether the answer is a tensor that equals the right one in shape, dtype and, nearly, in value."""
    same_kind = isinstance(answer, torch.Tensor) and answer.dtype == right.dtype
    return same_kind and is_close(answer, right, TOLERANCE[right.dtype])


def sum_mistakes(answer: Any, x: torch.Tensor) -> set[str]:
    """The mistakes that give this answer for the sum of cubes."""
    if is_right(answer, (x**3).sum()):
        return set()
    images = {
        "mean_not_sum": (x**3).mean(),
        "squares_not_cubes": (x**2).sum(),
        "three_x": (3 * x).sum(),
        "cube_of_sum": x.sum() ** 3,
        "not_summed": x**3,
        "integer_tensor": (x.trunc() ** 3).sum(),
        "ignores_argument": (WORKED**3).sum(),
    }
    return {mistake for mistake, image in images.items() if equals_only(answer, image, (x**3).sum(), x)}


def gradient_mistake(answer: Any, x: torch.Tensor) -> str | None:
    """The mistake that gives this answer for the gradient."""
    images = [
        ("mean_not_sum", 3 * x**2 / max(x.numel(), 1)),
        ("squares_not_cubes", 2 * x),
        ("three_x", 3 * x),
        ("three_x", torch.full_like(x, 3.0)),
        ("cube_of_sum", torch.full_like(x, 3 * float(x.sum()) ** 2)),
        ("factor_forgotten", x**2),
        ("second_derivative", 6 * x),
        ("value_not_gradient", x**3),
        ("value_not_gradient", (x**3).sum()),
        ("wrong_tensor_grad", torch.ones_like(x)),
        ("wrong_tensor_grad", torch.tensor(1.0)),
        ("integer_tensor", 3 * x.trunc() ** 2),
        *(("ignores_argument", times * 3 * WORKED**2) for times in range(1, 10)),  # it may have accumulated as well
    ]
    return next((mistake for mistake, image in images if equals_only(answer, image, 3 * x**2, x)), None)


def equals_only(answer: Any, image: torch.Tensor, right: torch.Tensor, x: torch.Tensor) -> bool:
    """Whether the answer is this image and not the right one. Of one or two values too many things are images."""
    if not isinstance(answer, torch.Tensor) or not answer.is_floating_point() or x.numel() < 3:
        return False
    return is_close(answer, image, TOLERANCE[x.dtype]) and not is_close(answer, right, TOLERANCE[x.dtype])


def expect_right(
    answer: Any, right: torch.Tensor, *, function: str, kind: str, requires_grad: bool | None = None
) -> None:
    """The answer is the right one in shape, dtype and value."""
    name = f"{function}(x)" + (f" for {kind}" if kind else "")
    value = expect_tensor(answer, name=name, shape=right.shape, dtype=right.dtype, requires_grad=requires_grad)
    if not is_right(value, right):
        detail = difference(value, right, name=name, tolerance=TOLERANCE[right.dtype])
        expect(not lost_precision(value, right), mistake="lost_precision", function=function, detail=detail)
        fail(f"{name} is not right.", detail=detail, hint=OTHER_X_HINT if kind else WORKED_HINT)


def lost_precision(answer: torch.Tensor, right: torch.Tensor) -> bool:
    """Whether a float64 answer is off because it holds nothing but what float32 could hold."""
    if not answer.dtype == right.dtype == torch.float64 or is_close(answer, right, TOLERANCE[right.dtype]):
        return False
    return is_close(answer, answer.float(), (0.0, 0.0)) and is_close(answer, right, (1e-5, 1e-4))


def expect_what_backward_gives(answer: Any) -> None:
    """None of what goes wrong between backward() and the return statement."""
    expect(answer is not None, mistake="returned_none")
    in_tuple = isinstance(answer, (tuple, list)) and len(answer) == 1 and isinstance(answer[0], torch.Tensor)
    expect(not in_tuple, mistake="returned_tuple")


def expect_no_multiple(answer: torch.Tensor, right: torch.Tensor) -> None:
    """The answer is not k times the right one, with k whole and more than 1."""
    if answer.shape != right.shape or answer.numel() < 3 or not answer.is_floating_point():
        return
    ratio = float(answer.detach().double().sum() / right.double().sum())  # of tensors: over zero it is inf or NaN
    times = round(ratio) if 1.5 < ratio < 1e6 else 1
    detail = difference(answer, right, name="gradient_by_autograd(x)")
    too_large = times > 1 and is_close(answer, times * right, TOLERANCE[torch.float32])
    expect(not too_large, mistake="accumulated", times=times, detail=detail)


def holds_integers(answer: Any) -> bool:
    """Whether the answer is a tensor of whole numbers by its dtype."""
    return isinstance(answer, torch.Tensor) and answer.dtype in INTEGERS
