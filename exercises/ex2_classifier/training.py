"""Full-batch training of 4-32-16-1 by explicit formulas: the right one, and those that known mistakes make of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from .network import split

USUAL_RATES = (0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0001)  # written down instead of passed on


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss of the outputs p (n, 1) and labels y (n, 1): its value (0-d), and its slope by the logits (n, 1)."""

    value: Callable[[Tensor, Tensor], Tensor]
    slope: Callable[[Tensor, Tensor], Tensor]


def bce(p: Tensor, y: Tensor) -> Tensor:
    """The mean binary cross-entropy, its logarithms cut off at -100 as in nn.BCELoss."""
    return -(y * p.log().clamp(min=-100) + (1 - y) * (1 - p).log().clamp(min=-100)).mean()


def _logits_value(p: Tensor, y: Tensor) -> Tensor:
    return (p.exp().log1p() - p * y).mean()


BCE = Loss(bce, lambda p, y: (p - y) / len(y))
OTHER_LOSSES = {
    "mse_loss": Loss(lambda p, y: ((p - y) ** 2).mean(), lambda p, y: 2 * (p - y) * p * (1 - p) / len(y)),
    "logits_loss": Loss(_logits_value, lambda p, y: (p.sigmoid() - y) * p * (1 - p) / len(y)),
    "broadcast_loss": Loss(lambda p, y: bce(p, y.mean()), lambda p, y: (p - y.mean()) / len(y)),
    "loss_sum": Loss(lambda p, y: len(y) * bce(p, y), lambda p, y: p - y),
}

Step = Callable[[Tensor, Tensor], Tensor]
"""(weights, gradient) -> weights; it remembers what its optimizer does."""


def adam(lr: float, *, decay: float = 0.0) -> Callable[[], Step]:
    """Adam with PyTorch's defaults (betas 0.9 and 0.999, eps 1e-8); with `decay`, AdamW."""

    def start() -> Step:
        mean, square, time = torch.zeros(()), torch.zeros(()), 0

        def step(weights: Tensor, gradient: Tensor) -> Tensor:
            nonlocal mean, square, time
            time += 1
            mean = 0.9 * mean + 0.1 * gradient
            square = 0.999 * square + 0.001 * gradient**2
            root = (square / (1 - 0.999**time)).sqrt() + 1e-8
            return weights * (1 - lr * decay) - lr / (1 - 0.9**time) * mean / root

        return step

    return start


def sgd(lr: float, *, momentum: float = 0.0) -> Callable[[], Step]:
    """Stochastic gradient descent."""

    def start() -> Step:
        velocity = torch.zeros(())

        def step(weights: Tensor, gradient: Tensor) -> Tensor:
            nonlocal velocity
            velocity = momentum * velocity + gradient
            return weights - lr * velocity

        return step

    return start


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What train is called with: weights to start from, X (n, 4) and y (n, 1) float32, epochs and lr."""

    start: Tensor
    x: Tensor
    y: Tensor
    epochs: int
    lr: float

    def in_float32(self) -> Task:
        """The task to be followed in float32, at half the cost."""
        return replace(self, start=self.start.float())


@dataclass(frozen=True, slots=True)
class Course:
    """What a training leads to: the weights at the end, and what it says of its losses."""

    weights: Tensor
    losses: Any


def follow(
    task: Task,
    *,
    optimizer: Callable[[], Step] | None = None,
    loss: Loss = BCE,
    zeroed: bool = True,
    renewed: bool = False,
) -> Course:
    """The training in the dtype of the task's weights; with Adam, unless another `optimizer` is given.

    Mistaken ones: the gradients are not `zeroed`, or the optimizer is `renewed` in each epoch.
    """
    optimizer = optimizer or adam(task.lr)
    weights, step, total, values = task.start, optimizer(), torch.zeros(()), []
    x, y = task.x.to(weights.dtype), task.y.to(weights.dtype)
    for _ in range(task.epochs):
        value, gradient = _value_and_gradient(weights, x, y, loss)
        total = gradient if zeroed else total + gradient
        step = optimizer() if renewed else step
        weights = step(weights, total)
        values.append(value)
    return Course(weights, torch.stack(values).tolist())


def _value_and_gradient(weights: Tensor, x: Tensor, y: Tensor, loss: Loss) -> tuple[Tensor, Tensor]:
    w1, b1, w2, b2, w3, b3 = split(weights)
    a1 = torch.addmm(b1, x, w1.T).relu()
    a2 = torch.addmm(b2, a1, w2.T).relu()
    p = torch.addmm(b3, a2, w3.T).sigmoid()
    d3 = loss.slope(p, y)
    d2 = (d3 @ w3) * (a2 > 0)
    d1 = (d2 @ w2) * (a1 > 0)
    parts = (d1.T @ x, d1.sum(0), d2.T @ a1, d2.sum(0), d3.T @ a2, d3.sum(0))
    return loss.value(p, y), torch.cat([part.reshape(-1) for part in parts])


def mistaken(task: Task) -> Iterator[tuple[str, Course, dict[str, Any]]]:
    """The courses that known mistakes take: the mistake, its course, and what its text is filled with."""
    yield "zero_grad_forgotten", follow(task, zeroed=False), {}
    yield "optimizer_renewed", follow(task, renewed=True), {}
    yield "sgd", follow(task, optimizer=sgd(task.lr)), {}
    yield "sgd", follow(task, optimizer=sgd(task.lr, momentum=0.9)), {}
    yield "adamw", follow(task, optimizer=adam(task.lr, decay=0.01)), {}
    for mistake, loss in OTHER_LOSSES.items():
        # Adam's first step hardly feels the size of a loss, only eps does: Adagrad, with a smaller eps, makes it too.
        if mistake != "loss_sum" or task.epochs > 1:
            yield mistake, follow(task, loss=loss), {}
    for rate in USUAL_RATES:
        yield "lr_ignored", follow(task, optimizer=adam(rate)), {"used": rate}


def arrived(task: Task, weights: Tensor, course: Course) -> bool:
    """Whether a training ended where this course does, within 1/2000 of the longest step in it.

    One weight in a hundred may differ: where a gradient is all but zero, Adam makes a full step of its rounding
    error. Over 300 seeds and five ways of writing a right training, at most one weight of the 705 did.
    """
    longest = float((course.weights - task.start).abs().max()) / task.epochs
    close = (weights - course.weights).abs() <= 5e-4 * longest + 2.5e-7 * course.weights.abs()
    each = [float(part.double().mean()) for part in split(close)]
    return float(close.double().mean()) >= 0.99 and min(each) >= 0.9
