"""The training that ex4 asks for, computed here on the CPU with explicit formulas, and those of known mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from grader.checks import Layer

EPOCHS, LR = 20, 0.01  # the defaults of train_on
DENSE: tuple[Layer, ...] = (
    ("Linear", (4, 16), {}),
    ("ReLU", (), {}),
    ("Linear", (16, 1), {}),
    ("Sigmoid", (), {}),
)
NORMED: tuple[Layer, ...] = (
    ("Linear", (4, 8), {}),
    ("BatchNorm1d", (8,), {}),
    ("ReLU", (), {}),
    ("Linear", (8, 1), {}),
    ("Sigmoid", (), {}),
)

Settings = tuple[int, float] | tuple[()]
Step = Callable[[Tensor, Tensor, list[Tensor], float, int], None]


@dataclass(frozen=True, slots=True)
class Course:
    """A training's losses, each before its step, and the loss after the last one."""

    losses: list[float]
    last: float


@dataclass(frozen=True, slots=True)
class Task:
    """A training to do.

    `state` is the state_dict of the model as it comes, `X` (200, 4) and `y` (200, 1) are float32. `settings` is what
    train_on is given as epochs and lr; empty leaves it to its defaults.
    """

    layers: tuple[Layer, ...]
    state: dict[str, Tensor]
    X: Tensor
    y: Tensor
    settings: Settings

    @staticmethod
    def draw(layers: tuple[Layer, ...], rng: torch.Generator, settings: Settings = ()) -> Task:
        """Weights between -0.5 and 0.5, normal points, and labels: is the point in the ball that holds half of them?"""
        network = _network(layers)
        for parameter in network.parameters():
            parameter.data.uniform_(-0.5, 0.5, generator=rng)
        points = torch.randn(200, 4, generator=rng)
        squares = points.pow(2).sum(dim=1, keepdim=True)
        return Task(layers, dict(network.state_dict()), points, (squares < squares.median()).float(), settings)

    @property
    def epochs(self) -> int:
        """How many losses are due."""
        return self.settings[0] if self.settings else EPOCHS

    @property
    def lr(self) -> float:
        """The learning rate that is due."""
        return self.settings[1] if self.settings else LR

    def network(self, state: Mapping[str, Tensor]) -> nn.Sequential:
        """A model of our own with these weights, in train mode."""
        network = _network(self.layers)
        network.load_state_dict(state)
        return network

    def loss(self, state: Mapping[str, Tensor]) -> float:
        """BCELoss over all points of a model with these weights."""
        with torch.no_grad():
            return nn.functional.binary_cross_entropy(self.network(state)(self.X), self.y).item()

    def course(self, step: Step, *, lr: float | None = None, zeroed: bool = True) -> Course:
        """What a training by this step leads to; `lr` where it is not the one that is due."""
        network = self.network(self.state)
        parameters = list(network.parameters())
        moments = [[torch.zeros_like(p), torch.zeros_like(p)] for p in parameters]
        gradients = [torch.zeros_like(p) for p in parameters]
        losses = []
        for epoch in range(1, self.epochs + 1):
            loss = nn.functional.binary_cross_entropy(network(self.X), self.y)
            fresh = torch.autograd.grad(loss, parameters)
            gradients = [new if zeroed else old + new for old, new in zip(gradients, fresh, strict=True)]
            for parameter, gradient, memory in zip(parameters, gradients, moments, strict=True):
                step(parameter.data, gradient, memory, self.lr if lr is None else lr, epoch)
            losses.append(loss.item())
        return Course(losses, self.loss(network.state_dict()))


def _network(layers: tuple[Layer, ...]) -> nn.Sequential:
    return nn.Sequential(*[getattr(nn, name)(*args, **keywords) for name, args, keywords in layers])


def adam(parameter: Tensor, gradient: Tensor, moments: list[Tensor], lr: float, epoch: int) -> None:
    """One step of torch.optim.Adam with its default settings (Kingma and Ba 2015, algorithm 1)."""
    first, second = moments
    first.mul_(0.9).add_(gradient, alpha=0.1)
    second.mul_(0.999).addcmul_(gradient, gradient, value=0.001)
    parameter -= lr * (first / (1 - 0.9**epoch)) / ((second / (1 - 0.999**epoch)).sqrt() + 1e-8)


def adamw(parameter: Tensor, gradient: Tensor, moments: list[Tensor], lr: float, epoch: int) -> None:
    """One step of torch.optim.AdamW, whose weight decay is 0.01 unless told otherwise."""
    parameter *= 1 - lr * 0.01
    adam(parameter, gradient, moments, lr, epoch)


def sgd(parameter: Tensor, gradient: Tensor, moments: list[Tensor], lr: float, epoch: int) -> None:
    """One step of plain gradient descent."""
    parameter -= lr * gradient


def gap(losses: Sequence[float], others: Sequence[float]) -> float:
    """The greatest relative difference; infinite where there is a NaN."""
    apart = [abs(a - b) / abs(b) for a, b in zip(losses, others, strict=True)]
    return max(apart) if all(each == each for each in apart) else float("inf")
