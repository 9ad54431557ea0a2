"""Checks of ex5: the training loop without zero_grad.

Judged by the trajectory. Plain SGD can be followed step by step on this side, through the right loop and through each
wrong one; the mistake that is named is the one whose weights the submission's weights equal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any

import torch

from grader.checks import Layer, Probe, check
from grader.expect import expect, expect_floats, fail, is_close

Tensors = dict[str, torch.Tensor]

TOLERANCE = (1e-3, 1e-4)  # relative, absolute; whatever way a right loop is written, float32 stays within 1e-5
EPOCHS, LR = 5, 0.1  # the defaults that train is promised to have
TANH: Layer = ("Tanh", (), {})
SIGMOID: Layer = ("Sigmoid", (), {})
SMALL: list[Layer] = [("Linear", (3, 4), {}), TANH, ("Linear", (4, 1), {})]
DEEPER: list[Layer] = [("Linear", (2, 6), {}), SIGMOID, ("Linear", (6, 3), {}), TANH, ("Linear", (3, 2), {})]


class Loop(Enum):
    """A training loop, by what it does with the gradients."""

    RIGHT = auto()
    NEVER_ZEROED = auto()
    ZEROED_ONCE = auto()
    ZEROED_EACH_EPOCH = auto()
    ZEROED_AFTER_STEP = auto()
    STEP_EACH_EPOCH = auto()
    ERRORS_SUMMED = auto()
    NO_STEP = auto()


@dataclass(frozen=True, kw_only=True)
class Task:
    """What train is called with. `stale`: the gradients that the parameters hold before the call.

    `passed`: how many of epochs and lr are passed on; what is not passed has the value of its default.
    """

    layers: list[Layer]
    weights: Tensors
    batches: list[tuple[torch.Tensor, torch.Tensor]]
    epochs: int = EPOCHS
    lr: float = LR
    stale: Tensors = field(default_factory=dict)
    passed: int = 2


@dataclass(frozen=True)
class Course:
    """What a loop leads to: the weights at the end, and for each epoch the loss of each batch before its step."""

    weights: Tensors
    losses: list[list[float]]

    @property
    def means(self) -> list[float]:
        """What train should return."""
        return [sum(epoch) / len(epoch) for epoch in self.losses]


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
        submission.plot(
            "Loss per epoch", x_label="epoch", y_label="mean loss", your_losses=losses, right_losses=follow(task).means
        )
    expect_weights(submission, rng, task, outcome)


@check("The losses: the mean of each epoch, as Python floats", points=2, needs=["weights_follow"])
def losses_follow(submission: Probe, rng: torch.Generator) -> None:
    for task in (draw(rng, SMALL, sizes=[3, 9, 4]), draw(rng, DEEPER, sizes=[7, 2], epochs=3, lr=0.05)):
        expect_losses(run(submission, task).losses, follow(task).losses, [len(x) for x, _ in task.batches])


@check("Another model, learning rate and number of epochs", points=2, needs=["weights_follow"], hidden=True)
def another_model(submission: Probe, rng: torch.Generator) -> None:
    task = draw(rng, DEEPER, sizes=[4, 6, 1, 5], epochs=7, lr=0.06)
    expect_weights(submission, rng, task, run(submission, task))


@check("Gradients from before the call do not leak in", points=2, needs=["weights_follow"])
def stale_gradients(submission: Probe, rng: torch.Generator) -> None:
    task = with_stale_gradients(draw(rng, SMALL, sizes=[5, 4, 6], epochs=2), rng)
    expect_weights(submission, rng, task, run(submission, task))


MISTAKES = {
    Loop.NEVER_ZEROED: "never_zeroed",
    Loop.ZEROED_ONCE: "zeroed_once",
    Loop.ZEROED_EACH_EPOCH: "zeroed_each_epoch",
    Loop.ZEROED_AFTER_STEP: "zeroed_after_step",
    Loop.STEP_EACH_EPOCH: "step_each_epoch",
    Loop.ERRORS_SUMMED: "errors_summed",
}
PLAIN_HINT = "Add the one missing line to the stub's loop and change nothing else: plain SGD with the lr passed in."


def draw(
    rng: torch.Generator,
    layers: list[Layer],
    *,
    sizes: list[int],
    epochs: int = EPOCHS,
    lr: float = LR,
    passed: int = 2,
) -> Task:
    """A task with drawn weights, and batches of these sizes around a drawn linear function with an offset."""
    weights: Tensors = {}
    for index, (name, shape, _) in enumerate(layers):
        if name == "Linear":
            n_in, n_out = shape
            weights[f"{index}.weight"] = torch.randn(n_out, n_in, generator=rng) / math.sqrt(n_in)
            weights[f"{index}.bias"] = torch.randn(n_out, generator=rng) / 4
    n_in, n_out = layers[0][1][0], layers[-1][1][1]
    slope = torch.randn(n_in, n_out, generator=rng)
    xs = [torch.randn(size, n_in, generator=rng) for size in sizes]
    batches = [(x, x @ slope + 2 + torch.randn(len(x), n_out, generator=rng) / 4) for x in xs]
    return Task(layers=layers, weights=weights, batches=batches, epochs=epochs, lr=lr, passed=passed)


def with_stale_gradients(task: Task, rng: torch.Generator) -> Task:
    """The task on a model that holds gradients already."""
    stale = {name: 1 + torch.rand(value.shape, generator=rng) for name, value in task.weights.items()}
    return replace(task, stale=stale)


def follow(task: Task, loop: Loop = Loop.RIGHT) -> Course:
    """Where this loop leads: SGD on the mean squared error, step by step."""
    weights = dict(task.weights)
    losses: list[list[float]] = []
    zeros = {name: torch.zeros_like(value) for name, value in weights.items()}
    grads = {**zeros, **task.stale} if loop is not Loop.ZEROED_ONCE else zeros
    for _ in range(task.epochs):
        if loop in (Loop.ZEROED_EACH_EPOCH, Loop.STEP_EACH_EPOCH):
            grads = zeros
        losses.append([])
        for x, y in task.batches:
            loss, fresh = loss_and_gradients(task.layers, weights, x, y)
            losses[-1].append(loss)
            if loop in (Loop.RIGHT, Loop.ERRORS_SUMMED):
                grads = zeros
            scale = y.numel() if loop is Loop.ERRORS_SUMMED else 1
            grads = {name: grads[name] + scale * fresh[name] for name in weights}
            if loop not in (Loop.STEP_EACH_EPOCH, Loop.NO_STEP):
                weights = {name: weights[name] - task.lr * grads[name] for name in weights}
            if loop is Loop.ZEROED_AFTER_STEP:
                grads = zeros
        if loop is Loop.STEP_EACH_EPOCH:
            weights = {name: weights[name] - task.lr * grads[name] for name in weights}
    return Course(weights, losses)


def loss_and_gradients(
    layers: list[Layer], weights: Tensors, x: torch.Tensor, y: torch.Tensor
) -> tuple[float, Tensors]:
    """The mean squared error of the model with these weights, and its gradients by name."""
    leaves = {name: value.clone().requires_grad_() for name, value in weights.items()}
    functions = {"Tanh": torch.tanh, "Sigmoid": torch.sigmoid}
    for index, (name, _, _) in enumerate(layers):
        x = functions[name](x) if name in functions else x @ leaves[f"{index}.weight"].T + leaves[f"{index}.bias"]
    loss = ((x - y) ** 2).mean()
    return loss.item(), dict(zip(leaves, torch.autograd.grad(loss, list(leaves.values())), strict=True))


def run(submission: Probe, task: Task) -> Outcome:
    """Where the submission's train leads."""
    model = submission.build(task.layers, state=task.weights, grads=task.stale)
    losses = submission.call("train", model, task.batches, *(task.epochs, task.lr)[: task.passed])
    after = submission.module(model).parameters
    grads = {name: torch.zeros_like(view.value) if view.grad is None else view.grad for name, view in after.items()}
    return Outcome({name: view.value for name, view in after.items()}, grads, losses)


def same(some: Tensors, others: Tensors) -> bool:
    """Whether these are tensors of the same names, shapes and values."""
    return some.keys() == others.keys() and all(is_close(some[name], others[name], TOLERANCE) for name in some)


def expect_weights(submission: Probe, rng: torch.Generator, task: Task, outcome: Outcome) -> None:
    """The weights end where the right loop leads; if not, where the loop of a known mistake leads."""
    right = follow(task).weights
    if same(outcome.weights, right):
        return
    detail = farthest(outcome.weights, right)
    if same(outcome.weights, task.weights):
        explain_rest(submission, rng)
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
    if 0 < used <= 100 and used != task.epochs:
        led_here = same(outcome.weights, follow(replace(task, epochs=used)).weights)
        expect(not led_here, mistake="epochs_ignored", used=used, asked=task.epochs)


def explain_lr(submission: Probe, rng: torch.Generator, task: Task, outcome: Outcome) -> None:
    """Fail if a known loop leads to these weights with another learning rate: one measured, or one split up."""
    single = replace(draw(rng, SMALL, sizes=[6], epochs=1), lr=task.lr, passed=max(task.passed, 1))
    _, grads = loss_and_gradients(single.layers, single.weights, *single.batches[0])
    moved = run(submission, single).weights
    if moved.keys() != grads.keys() or any(moved[name].shape != grads[name].shape for name in grads):
        return
    downhill = sum(float(((single.weights[name] - moved[name]) * grads[name]).sum()) for name in grads)
    measured = downhill / sum(float((grad**2).sum()) for grad in grads.values())
    for lr in (measured, task.lr / len(task.batches)):
        for loop in (Loop.RIGHT, *MISTAKES):
            if lr > 0 and same(outcome.weights, follow(replace(task, lr=lr), loop).weights):
                mistake = "lr_tuned_down" if lr < task.lr else "lr_ignored"
                fail(mistake=mistake, used=f"{lr:.3g}", asked=f"{task.lr:g}")


def explain_rest(submission: Probe, rng: torch.Generator) -> None:
    """Fail with the reason for which nothing learns: what was left in .grad tells, and what was returned."""
    task = draw(rng, SMALL, sizes=[4, 6], epochs=2)
    outcome = run(submission, task)
    if not same(outcome.weights, task.weights):
        return
    losses, idle = as_numbers(outcome.losses), follow(task, Loop.NO_STEP).means
    if any(close(losses, follow(task, loop).means) for loop in (Loop.RIGHT, Loop.NEVER_ZEROED)):
        fail(mistake="other_parameters")
    calls = [name.rpartition(".")[2] for name, _ in submission.facts.calls("train")]
    if "step" not in calls:
        fail(mistake="no_step")
    if losses and not close(losses, idle):
        fail(mistake="other_parameters")
    cleared = not any(grad.any() for grad in outcome.grads.values())
    _, newest = loss_and_gradients(task.layers, task.weights, *task.batches[-1])
    step_first = "backward" in calls and calls.index("step") < calls.index("backward")
    lost = cleared or (step_first and same(outcome.grads, newest))
    fail(mistake="zeroed_before_step" if lost else "other_parameters")


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


LOSS_HINT = "Take each batch's loss before its step, and return the mean over the batches of the epoch."


def as_numbers(losses: Any) -> list[float]:
    """What train returned, if it is a list of finite numbers; else an empty list."""
    numbers = losses if isinstance(losses, (list, tuple)) and len(losses) <= 1000 else []
    finite = all(isinstance(value, (int, float)) and math.isfinite(value) for value in numbers)
    return [float(value) for value in numbers] if finite else []


def close(some: list[float], others: list[float]) -> bool:
    """Whether two lists of numbers agree."""
    return is_close(torch.tensor(some), torch.tensor(others), TOLERANCE)


def listed(values: list[float]) -> str:
    """Numbers as a person would write them."""
    return ", ".join(f"{value:.4g}" for value in values)


def farthest(weights: Tensors, right: Tensors) -> str:
    """Which parameter is farthest from where it should be."""
    if weights.keys() != right.keys() or any(weights[name].shape != right[name].shape for name in right):
        return "The model has other parameters after the call than before."
    gaps = {name: float((weights[name].double() - right[name]).abs().max()) for name in right}
    name = max(gaps, key=lambda one: gaps[one])
    return f"The parameter {name} is farthest from where it should be: by {gaps[name]:.3g}."
