"""Plain SGD followed step by step: through the right loop, and through each wrong one that the exercise knows."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from enum import Enum, auto

import torch

from grader.checks import Layer

Tensors = dict[str, torch.Tensor]

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
