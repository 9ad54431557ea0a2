"""Checks of ex1: the sum of cubes and its gradient, by autograd and by hand.

Whether autograd computed a gradient is seen from outside: `bend_autograd` doubles whatever the backward pass takes out
of the graph. What comes from there changes, or ends in an exception: torch.func refuses to be bent, and so does an
assertion of the student's own. What comes from a formula or from differences stays the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from grader.checks import Probe, check
from grader.errors import Raised
from grader.expect import expect, expect_tensor, fail, is_close
from grader.model import Look
from grader.sandbox.values import Handle
from grader.showing import difference

from .answers import (
    TOLERANCE,
    WORKED,
    expect_no_multiple,
    expect_right,
    expect_what_backward_gives,
    gradient_mistake,
    holds_integers,
    is_right,
    lost_precision,
    sum_mistakes,
)

FUNCTIONS = ("sum_of_cubes", "gradient_by_autograd", "gradient_by_hand")
TELLING = torch.tensor([2.0, -5.0, 0.5, 3.0])  # at WORKED, x**2 and 3 * x both add up to 30; here no two mistakes agree
ROUGHLY = (0.05, 0.05)
EXACTLY = (1e-12, 0.0)

# Autograd that bending does not reach: it runs forwards, or keeps its values elsewhere.
UNNOTICED = (
    "torch.func.jvp", "torch.func.jacfwd", "torch.func.linearize", "functorch.jvp", "functorch.jacfwd",
    "torch.autograd.forward_ad", "torch.autograd.functional", "torch.autograd.Function", "torch.autograd.function",
    "torch.autograd.graph", ".jvp", ".jacfwd", ".linearize", ".make_dual", "jvp", "jacfwd", "linearize", "make_dual",
)  # fmt: skip
THREADS = ("threading", "concurrent.futures", "multiprocessing", "asyncio")  # nor does it reach other threads
BENDABLE = ("torch.autograd", "torch.func", "functorch", ".backward", ".grad")
# The backward pass of a product divides one kept value by another, so that the doubling cancels.
UNCHANGED = (*UNNOTICED, *THREADS, "torch.prod", "torch.cumprod", ".prod", ".cumprod")

BY_AUTOGRAD = "backward() or torch.autograd.grad on sum_of_cubes"
BY_FORMULA = "the formula that you find by differentiating x**3"
SUM_GRAD_HINT = "Only compute in sum_of_cubes: requires_grad is for gradient_by_autograd to switch on, on a copy of x."
REPEAT_HINT = "Let the answer depend on x alone: work on x.detach().clone(), and keep nothing between calls."


@check("sum_of_cubes([1, 2, 3, 4]) is 100", points=1)
def sum_worked(submission: Probe, rng: torch.Generator) -> None:
    answer = submission.call("sum_of_cubes", WORKED)
    mistakes = sum_mistakes(answer, WORKED)
    if len(mistakes) > 1:
        mistakes &= sum_mistakes(submission.call("sum_of_cubes", TELLING), TELLING)
    expect_sum(answer, WORKED, mistakes)


@check("sum_of_cubes: any shape and dtype, and differentiable", points=1, needs=["sum_worked"], hidden=True)
def sum_general(submission: Probe, rng: torch.Generator) -> None:
    kinds, drawn = zip(*inputs(rng), strict=True)
    answers = submission.call_each("sum_of_cubes", [*drawn, quarters(rng, 3, 4).requires_grad_()])
    for kind, x in zip(kinds, drawn, strict=True):
        answer = next(answers)
        expect_sum(answer, x, sum_mistakes(answer, x), kind=kind)
        expect(not answer.requires_grad, "sum_of_cubes(x) requires grad, though x does not.", hint=SUM_GRAD_HINT)
    name = "sum_of_cubes(x) for an x that requires grad"
    expect_tensor(next(answers), name=name, shape=(), requires_grad=True)


@check("gradient_by_autograd([1, 2, 3, 4]) is [3, 12, 27, 48]", points=1)
def autograd_worked(submission: Probe, rng: torch.Generator) -> None:
    expect_gradient(submission, "gradient_by_autograd", WORKED, submission.call("gradient_by_autograd", WORKED))


@check("gradient_by_autograd: any shape, negatives, float64", points=1, needs=["autograd_worked"], hidden=True)
def autograd_general(submission: Probe, rng: torch.Generator) -> None:
    for kind, x, answer in answered(submission, "gradient_by_autograd", rng):
        expect_gradient(submission, "gradient_by_autograd", x, answer, kind=kind)


@check("gradient_by_autograd really uses autograd", points=1)
def autograd_used(submission: Probe, rng: torch.Generator) -> None:
    refers = submission.facts.refers("gradient_by_autograd")
    if ".data" in refers:
        submission.advise("data_attribute")
    x = quarters(rng, 5, low=2)
    first, second = two_gradients(submission, x, x)
    steady = is_close(first * second.sum(), second * first.sum(), TOLERANCE[x.dtype])
    expect(steady, "Two calls of gradient_by_autograd(x) with the same x give unrelated gradients.", hint=REPEAT_HINT)
    if not changes_when_bent(submission, "gradient_by_autograd", x, expected=2 * second - first):
        expect_autograd_by_name(submission, x, first, refers)


@check("gradient_by_autograd gives the same when called twice", points=1, needs=["autograd_used"])
def no_accumulation(submission: Probe, rng: torch.Generator) -> None:
    kept = submission.put(WORKED)
    first, second = two_gradients(submission, kept, WORKED)
    if not is_close(second, first, TOLERANCE[WORKED.dtype]):
        show_beside_right(submission, "Called twice with [1, 2, 3, 4]", first_call=first, second_call=second)
        expect_no_multiple(second, 3 * WORKED**2)
        expect_no_multiple(second, first)
        fail("A second call of gradient_by_autograd gives another gradient than the first.", hint=REPEAT_HINT)


@check("gradient_by_hand([1, 2, 3, 4]) is [3, 12, 27, 48]", points=1)
def by_hand_worked(submission: Probe, rng: torch.Generator) -> None:
    expect_gradient(submission, "gradient_by_hand", WORKED, submission.call("gradient_by_hand", WORKED))


@check("gradient_by_hand: any shape, negatives, float64", points=1, needs=["by_hand_worked"], hidden=True)
def by_hand_general(submission: Probe, rng: torch.Generator) -> None:
    for kind, x, answer in answered(submission, "gradient_by_hand", rng):
        expect_gradient(submission, "gradient_by_hand", x, answer, kind=kind)


@check("gradient_by_hand does without autograd", points=1, needs=["by_hand_worked"])
def by_hand_without_autograd(submission: Probe, rng: torch.Generator) -> None:
    x = quarters(rng, 5, low=2)
    expect_gradient(submission, "gradient_by_hand", x, submission.call("gradient_by_hand", x))
    by_autograd = changes_when_bent(submission, "gradient_by_hand", x, expected=3 * x**2)
    refers = submission.facts.refers("gradient_by_hand")
    hidden = within(refers, UNNOTICED) or (within(refers, THREADS) and within(refers, BENDABLE))
    expect(not by_autograd and not hidden, mistake="hand_uses_autograd")


@check("The caller's tensor is left as it was", points=1, needs=["autograd_used"])
def untouched(submission: Probe, rng: torch.Generator) -> None:
    x = quarters(rng, 4, low=2)
    for function, seen in zip(FUNCTIONS, submission.effect_each(FUNCTIONS, x), strict=True):
        same = seen.value.dtype == x.dtype and is_close(seen.value, x, (0.0, 0.0))
        expect(same, mistake="changed_in_place", function=function)
        left = ["requires_grad=True"] * seen.requires_grad + ["a .grad"] * (seen.grad is not None)
        expect(not left, mistake="left_behind", function=function, what=" and ".join(left))


def quarters(rng: torch.Generator, *shape: int, low: int = -12) -> torch.Tensor:
    """Drawn quarters from low / 4 to 3, float32: sums of their cubes are exact, in whatever order they are taken."""
    return torch.randint(low, 13, shape, generator=rng) / 4


def inputs(rng: torch.Generator) -> Iterator[tuple[str, torch.Tensor]]:
    """What x may be, each with what the report calls it."""
    matrix = quarters(rng, 3, 4)
    matrix[0, 0], matrix[1, 1], matrix[2, 2] = 0.0, -1.5, 0.75
    yield "a matrix with negative values and a zero", matrix
    yield "a float64 tensor", torch.rand(2, 3, 2, generator=rng, dtype=torch.float64) * 6 - 3
    yield "a 0-d tensor", quarters(rng)
    yield "an empty tensor", torch.empty(2, 0)


def answered(submission: Probe, function: str, rng: torch.Generator) -> Iterator[tuple[str, torch.Tensor, Any]]:
    """The drawn inputs, each with its kind and with the function's answer to it."""
    kinds, drawn = zip(*inputs(rng), strict=True)
    yield from zip(kinds, drawn, submission.call_each(function, drawn), strict=True)


def expect_sum(answer: Any, x: torch.Tensor, mistakes: set[str], *, kind: str = "") -> None:
    """The answer is the sum of the cubes of `x`, 0-d and of its dtype, or exactly one mistake explains it."""
    right = (x**3).sum()
    expect(not holds_integers(answer), mistake="integer_tensor")
    if len(mistakes) == 1:
        fail(mistake=mistakes.pop(), function="sum_of_cubes", detail=difference(answer, right, name="sum_of_cubes(x)"))
    expect_right(answer, right, function="sum_of_cubes", kind=kind)


def expect_gradient(submission: Probe, function: str, x: torch.Tensor, answer: Any, *, kind: str = "") -> None:
    """The answer of `function(x)` is 3 * x**2, of its shape and dtype, and, where there is a kind of x to speak of,
    without grad.
    """
    right = 3 * x**2
    if not is_right(answer, right):
        if x is WORKED:
            show_beside_right(submission, f"{function}([1, 2, 3, 4])", your_gradient=answer)
        explain_gradient(submission, function, x, answer, right)
    expect_right(answer, right, function=function, kind=kind, requires_grad=False if kind else None)


def show_beside_right(submission: Probe, title: str, **answers: Any) -> None:
    """Draw answers for WORKED, where they can be drawn, beside the right gradient."""
    if all(isinstance(answer, torch.Tensor) and answer.shape == WORKED.shape for answer in answers.values()):
        bars = {label: answer.tolist() for label, answer in answers.items()}
        right = (3 * WORKED**2).tolist()
        submission.plot(
            title, x_label="element", y_label="gradient", x_start=0, look=Look.BARS, **bars, right_gradient=right
        )


def explain_gradient(submission: Probe, function: str, x: torch.Tensor, answer: Any, right: torch.Tensor) -> None:
    """Fail if a known mistake explains an answer that is not right."""
    by_autograd = function == "gradient_by_autograd"
    if by_autograd:
        expect_what_backward_gives(answer)
    expect(not holds_integers(answer), mistake="integer_tensor")
    if not isinstance(answer, torch.Tensor) or answer.dtype != x.dtype:
        return
    if by_autograd:
        expect_no_multiple(answer, right)
    mistake, detail = gradient_mistake(answer, x), difference(answer, right, name=f"{function}(x)")
    expect(mistake is None, mistake=mistake, function=function, detail=detail)
    slightly_off = is_close(answer, right, ROUGHLY) and not lost_precision(answer, right)
    if slightly_off and not changes_when_bent(submission, function, x, answer):
        instead = BY_AUTOGRAD if by_autograd else BY_FORMULA
        fail(mistake="numerical_differences", function=function, instead=instead, detail=detail)


def two_gradients(submission: Probe, given: torch.Tensor | Handle, x: torch.Tensor) -> list[torch.Tensor]:
    """What gradient_by_autograd returns for `given`, which is `x`, when it is called twice."""
    return [any_gradient(answer, x) for answer in submission.call_each("gradient_by_autograd", [given, given])]


def any_gradient(answer: Any, x: torch.Tensor) -> torch.Tensor:
    """An answer of gradient_by_autograd to `x`, if it is a tensor that could be a gradient."""
    expect_what_backward_gives(answer)
    expect(not holds_integers(answer), mistake="integer_tensor")
    value = expect_tensor(answer, name="gradient_by_autograd(x)").detach()
    if value.numel() < 2 or not value.is_floating_point():
        fail("gradient_by_autograd(x) is no gradient.", mistake=gradient_mistake(value, x), hint=f"Use {BY_AUTOGRAD}.")
    return value


def expect_autograd_by_name(submission: Probe, x: torch.Tensor, answer: torch.Tensor, refers: frozenset[str]) -> None:
    """An answer that bending did not change comes from autograd all the same: from a part of it that cannot be bent."""
    mistake = gradient_mistake(answer, x)
    if mistake is None and not is_close(answer, 3 * x**2, ROUGHLY):
        fail("What gradient_by_autograd(x) returns was not seen to come from autograd.", hint=f"Use {BY_AUTOGRAD}.")
    if within(refers, UNCHANGED):
        return
    expect(mistake is None, mistake=mistake, function="gradient_by_autograd")
    wide = any_gradient(submission.call("gradient_by_autograd", x.double()), x)
    # A formula is exact in float64, differences are not.
    expect(not is_close(wide, 3 * x**2, EXACTLY), mistake="hand_formula")
    fail(mistake="numerical_differences", function="gradient_by_autograd", instead=BY_AUTOGRAD)


def changes_when_bent(submission: Probe, function: str, x: torch.Tensor, expected: torch.Tensor) -> bool:
    """Whether the answer is another than expected, or none at all, when the graph gives back doubled values."""
    try:
        bent = submission.call(function, x, bend_autograd=True)
    except Raised:
        return True
    return not isinstance(bent, torch.Tensor) or not is_close(bent, expected, TOLERANCE[torch.float32])


def within(names: frozenset[str], apis: tuple[str, ...]) -> bool:
    """Whether one of these dotted names is one of these, or below one."""
    return any(name == api or name.startswith(f"{api}.") for name in names for api in apis)
