"""What is drawn from a seed at some cost, and shared by all submissions that a process grades with that seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from .data import drawn_data
from .network import drawn_weights, outputs, share_right
from .training import Course, Task, follow


@dataclass(frozen=True, slots=True)
class LongRun:
    """The 500 epochs: the task, the losses of the right training, and fresh points to measure the outcome on."""

    task: Task
    losses: list[float]
    fresh_x: Tensor
    fresh_y: Tensor


@lru_cache(maxsize=4)
def long_run(seed: int) -> LongRun:
    """A run of 500 epochs with the defaults of train."""
    rng = torch.Generator().manual_seed(seed)
    (x, y), (fresh_x, fresh_y) = drawn_data(rng, 1000), drawn_data(rng, 4000)
    task = Task(start=drawn_weights(rng, scale=1.0), x=x, y=y, epochs=500, lr=0.01)
    return LongRun(task, follow(task.in_float32()).losses, fresh_x, fresh_y)


@lru_cache(maxsize=8)
def noise_run(seed: int, *, n: int, epochs: int, lr: float) -> tuple[Task, Course]:
    """A training whose labels are as the model believes, and its right course: only noise is left to the gradient.

    So it hangs on every single label, and losses that nearly agree in their gradients elsewhere are told apart.
    """
    rng = torch.Generator().manual_seed(seed)
    start, x = drawn_weights(rng, scale=2.0), torch.randn(n, 4, generator=rng)
    y = torch.bernoulli(0.8 * outputs(start, x), generator=rng).float()
    task = Task(start=start, x=x, y=y, epochs=epochs, lr=lr)
    return task, follow(task)


@dataclass(frozen=True, slots=True)
class Case:
    """A model and data to measure it on: weights, X (n, 4), y (n, 1), and the model's outputs p (n, 1) in float64."""

    weights: Tensor
    x: Tensor
    y: Tensor
    p: Tensor

    @property
    def right(self) -> float:
        """The accuracy."""
        return share_right(self.p, self.y)

    def mistaken(self) -> dict[str, float]:
        """What known mistakes give instead."""
        positive, ones = float((self.p > 0.5).double().mean()), float(self.y.double().mean())
        return {
            "accuracy_percent": 100 * self.right,
            "accuracy_count": self.right * len(self.y),
            "accuracy_flipped": 1 - self.right,
            "accuracy_all_ones": ones,
            "accuracy_all_zeros": 1 - ones,
            "accuracy_broadcast": positive * ones + (1 - positive) * (1 - ones),
            "accuracy_not_rounded": 0.0,
        }


@lru_cache(maxsize=8)
def accuracy_cases(seed: int) -> tuple[Case, ...]:
    """A trained model on the labels of the rule; an untrained one and it on labels mostly 1 and mostly 0."""
    rng = torch.Generator().manual_seed(seed)
    x, y = drawn_data(rng, 400)
    task = Task(start=drawn_weights(rng, scale=1.0), x=x, y=y, epochs=60, lr=0.03)
    trained = follow(task.in_float32()).weights.double()
    untrained = drawn_weights(rng, scale=3.0)
    cases = []
    for weights, n, share in ((trained, 1100, None), (untrained, 300, 0.9), (trained, 50, 0.1)):
        x, y = drawn_data(rng, n)
        if share is not None:
            y = torch.bernoulli(torch.full_like(y, share), generator=rng)
        p = outputs(weights, x)
        clear = (((p - 0.5).abs() > 1e-3) & (p > 1e-5)).reshape(-1)  # elsewhere rounding may decide
        cases.append(Case(weights, x[clear], y[clear], p[clear]))
    return tuple(cases)
