"""Checks of ex5: the training loop without zero_grad.

Judged by the trajectory: the weights that the submission's loop leads to, beside those that the right loop leads to.
The mistake that is named is the one whose loop leads to the same weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import torch

from grader.checks import Probe, check
from grader.expect import expect, expect_floats, fail, is_close
from grader.showing import listed

from .trajectory import DEEPER, SMALL, Loop, Task, Tensors, draw, follow, loss_and_gradients, with_stale_gradients

RIGHT = (1e-4, 2e-5)  # relative, absolute: ten times what float32 makes of a right loop, however it is written
KNOWN = (1e-3, 1e-4)  # for naming a mistake: loops that go astray magnify rounding; and for losses
EQUAL = (0.0, 0.0)
MISTAKES = {
    Loop.NEVER_ZEROED: "never_zeroed",
    Loop.ZEROED_ONCE: "zeroed_once",
    Loop.ZEROED_EACH_EPOCH: "zeroed_each_epoch",
    Loop.ZEROED_AFTER_STEP: "zeroed_after_step",
    Loop.STEP_EACH_EPOCH: "step_each_epoch",
    Loop.ERRORS_SUMMED: "errors_summed",
}
ADDING_UP = (Loop.NEVER_ZEROED, Loop.ZEROED_ONCE, Loop.ZEROED_EACH_EPOCH)
PLAIN_HINT = "Add the one missing line to the stub's loop and change nothing else: plain SGD with the lr passed in."
LOSS_HINT = "Take each batch's loss before its step, and return the mean over the batches of the epoch."


@dataclass(frozen=True)
class Outcome:
    """What the submission's train leaves behind and returns: the losses of the epochs, if it is right."""

    weights: Tensors
    grads: Tensors
    losses: Any


@check("One batch, one epoch: one SGD step on the model passed in", points=1)
def one_step(submission: Probe, rng: torch.Generator) -> None:
    if ".data" in submission.facts.refers("train"):
        submission.advise("data_attribute")
    task = draw(rng, SMALL, sizes=[6], epochs=1)
    expect_weights(submission, rng, task, run(submission, task))


@check("Three batches, five epochs: the weights follow SGD", points=3)
def weights_follow(submission: Probe, rng: torch.Generator) -> None:
    task = draw(rng, SMALL, sizes=[5, 8, 3], passed=0)
    outcome = run(submission, task)
    if losses := as_numbers(outcome.losses):
        right = follow(task).means
        submission.plot("Loss per epoch", x_label="epoch", y_label="loss", your_losses=losses, right_losses=right)
    expect_weights(submission, rng, task, outcome)


@check("The losses: the mean of each epoch, as Python floats", points=2, needs=["weights_follow"])
def losses_follow(submission: Probe, rng: torch.Generator) -> None:
    for task in (draw(rng, SMALL, sizes=[3, 9, 4]), draw(rng, DEEPER, sizes=[7, 2], epochs=3)):
        expect_losses(run(submission, task).losses, follow(task).losses, [len(x) for x, _ in task.batches])


@check("Another model, learning rate and number of epochs", points=2, needs=["weights_follow"], hidden=True)
def another_model(submission: Probe, rng: torch.Generator) -> None:
    task = draw(rng, DEEPER, sizes=[4, 6, 1, 5], epochs=7, lr=0.06)
    expect_weights(submission, rng, task, run(submission, task))


@check("Gradients from before the call do not leak in", points=2, needs=["weights_follow"])
def stale_gradients(submission: Probe, rng: torch.Generator) -> None:
    task = with_stale_gradients(draw(rng, SMALL, sizes=[5, 4, 6], epochs=2), rng)
    expect_weights(submission, rng, task, run(submission, task))


def run(submission: Probe, task: Task) -> Outcome:
    """Where the submission's train leads."""
    model = submission.build(task.layers, state=task.weights, grads=task.stale)
    losses = submission.call("train", model, task.batches, *(task.epochs, task.lr)[: task.passed])
    after = submission.module(model).parameters
    grads = {name: torch.zeros_like(view.value) if view.grad is None else view.grad for name, view in after.items()}
    return Outcome({name: view.value for name, view in after.items()}, grads, losses)


def same(some: Tensors, others: Tensors, tolerance: tuple[float, float] = KNOWN) -> bool:
    """Whether these are tensors of the same names, shapes and, within the tolerance, values."""
    return some.keys() == others.keys() and all(is_close(some[name], others[name], tolerance) for name in some)


def alike(some: Tensors, others: Tensors) -> bool:
    """Whether these are tensors of the same names and shapes, the first ones floating point."""
    same_names = some.keys() == others.keys()
    return same_names and all(one.is_floating_point() and one.shape == others[name].shape for name, one in some.items())


def expect_weights(submission: Probe, rng: torch.Generator, task: Task, outcome: Outcome) -> None:
    """The weights end where the right loop leads; if not, where the loop of a known mistake leads."""
    right = follow(task).weights
    if same(outcome.weights, right, RIGHT):
        return
    detail = farthest(outcome.weights, right)
    if same(outcome.weights, task.weights, EQUAL):
        explain_rest(submission, rng)
    if not same(outcome.weights, right):  # where they are nearly right, some wrong loops are, too
        explain_loop(submission, rng, task, outcome)
        explain_epochs(task, outcome)
        explain_lr(submission, rng, task, outcome)
    fail("The weights after the call are not those of plain SGD.", detail=detail, hint=PLAIN_HINT)


def explain_loop(submission: Probe, rng: torch.Generator, task: Task, outcome: Outcome) -> None:
    """Fail with the mistake whose loop leads to these weights."""
    for loop, mistake in MISTAKES.items():
        if same(outcome.weights, follow(task, loop).weights):
            if loop is Loop.NEVER_ZEROED and not task.stale:  # only stale gradients tell it from zeroing once
                stale = with_stale_gradients(draw(rng, SMALL, sizes=[4, 4], epochs=2), rng)
                once = same(run(submission, stale).weights, follow(stale, Loop.ZEROED_ONCE).weights)
                mistake = MISTAKES[Loop.ZEROED_ONCE] if once else mistake
            fail(mistake=mistake)


def explain_epochs(task: Task, outcome: Outcome) -> None:
    """Fail if the loop is right, but for its number of epochs."""
    used = len(as_numbers(outcome.losses))
    if isinstance(outcome.losses, list) and used <= 100 and used != task.epochs:
        led_here = same(outcome.weights, follow(replace(task, epochs=used)).weights)
        expect(not led_here, mistake="epochs_ignored", used=used, asked=task.epochs)


def explain_lr(submission: Probe, rng: torch.Generator, task: Task, outcome: Outcome) -> None:
    """Fail if a known loop leads to these weights with another learning rate: one measured, or one split up."""
    single = replace(draw(rng, SMALL, sizes=[6], epochs=1), lr=task.lr, passed=max(task.passed, 1))
    _, grads = loss_and_gradients(single.layers, single.weights, *single.batches[0])
    moved = run(submission, single).weights
    if not alike(moved, grads):
        return
    downhill = sum(float(((single.weights[name] - moved[name]) * grads[name]).sum()) for name in grads)
    measured = downhill / sum(float((grad**2).sum()) for grad in grads.values())
    for lr in (measured, task.lr / len(task.batches)):
        for loop in (Loop.RIGHT, *MISTAKES):
            if lr > 0 and same(outcome.weights, follow(replace(task, lr=lr), loop).weights):
                mistake = "lr_tuned_down" if lr < task.lr and loop in ADDING_UP else "lr_ignored"
                fail(mistake=mistake, used=f"{lr:.3g}", asked=f"{task.lr:g}")


def explain_rest(submission: Probe, rng: torch.Generator) -> None:
    """Fail with the reason for which nothing learns: what was left in .grad tells, and what was returned."""
    task = draw(rng, SMALL, sizes=[4, 6], epochs=2)
    outcome = run(submission, task)
    if not same(outcome.weights, task.weights, EQUAL):
        return
    losses, idle = as_numbers(outcome.losses), follow(task, Loop.NO_STEP).means
    if any(close(losses, follow(task, loop).means) for loop in (Loop.RIGHT, Loop.NEVER_ZEROED)):
        fail(mistake="other_parameters")
    calls = [name.rpartition(".")[2] for name, _ in submission.facts.calls("train")]
    if "step" not in calls:
        fail(mistake="no_step")
    if len(losses) == task.epochs and all(map(math.isfinite, losses)) and not close(losses, idle):
        fail(mistake="other_parameters")
    if "backward" in calls:
        backward, step = calls.index("backward"), calls.index("step")
        _, newest = loss_and_gradients(task.layers, task.weights, *task.batches[-1])
        between = {"zero_grad", "zero_"} & set(calls[backward:step])
        cleared = not any(grad.any() for grad in outcome.grads.values()) and (between or close(losses, idle))
        cleared_next = step < backward and same(outcome.grads, newest)
        fail(mistake="zeroed_before_step" if cleared or cleared_next else "other_parameters")


def expect_losses(returned: Any, losses: list[list[float]], sizes: list[int]) -> None:
    """What train returned is the mean of each epoch's losses."""
    values = expect_floats(returned, name="What train returns", length=len(losses))
    right = [sum(epoch) / len(epoch) for epoch in losses]
    if close(values, right):
        return
    images = {
        "loss_summed": [sum(epoch) for epoch in losses],
        "last_batch_only": [epoch[-1] for epoch in losses],
        "mean_over_points": [sum(s * v for s, v in zip(sizes, epoch, strict=True)) / sum(sizes) for epoch in losses],
    }
    detail = f"Expected {listed(right)}, got {listed(values)}."
    mistake = next((mistake for mistake, image in images.items() if close(values, image)), None)
    fail("The weights are right, but the losses are not.", mistake=mistake, detail=detail, hint=LOSS_HINT)


def as_numbers(losses: Any) -> list[float]:
    """What train returned, if it is a list: its items, also those that are 0-d tensors; NaN for what is no number."""
    items = losses[:1000] if isinstance(losses, (list, tuple)) else []
    plain = [item.item() if isinstance(item, torch.Tensor) and item.numel() == 1 else item for item in items]
    return [float(item) if isinstance(item, (int, float)) and abs(item) < 1e300 else math.nan for item in plain]


def close(some: list[float], others: list[float]) -> bool:
    """Whether two lists of numbers agree; rounded to four digits they still do."""
    return is_close(torch.tensor(some), torch.tensor(others), KNOWN)


def farthest(weights: Tensors, right: Tensors) -> str:
    """Which parameter is farthest from where it should be."""
    if not alike(weights, right):
        return "The model has other parameters after the call than before."
    gaps = {name: float((weights[name].double() - right[name]).abs().max()) for name in right}
    name = max(gaps, key=lambda one: gaps[one])
    return f"The parameter {name} is farthest from where it should be: by {gaps[name]:.3g}."
