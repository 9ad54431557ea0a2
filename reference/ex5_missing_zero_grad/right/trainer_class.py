"""A trainer object; `train` is a thin face of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn


@dataclass
class Trainer:
    model: nn.Module
    lr: float
    history: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.optimizer = torch.optim.SGD([{"params": self.model.parameters()}], lr=self.lr)

    def fit(self, batches: Iterable[tuple[Tensor, Tensor]], epochs: int) -> Trainer:
        for _ in range(epochs):
            losses = [self._batch(*batch) for batch in batches]
            self.history.append(torch.tensor(losses, dtype=torch.float64).mean().item())
        return self

    def _batch(self, X: Tensor, y: Tensor) -> float:
        self.optimizer.zero_grad(set_to_none=True)
        loss = nn.functional.mse_loss(input=self.model(X), target=y)
        loss.backward()
        self.optimizer.step()
        return loss.item()


def train(model: nn.Module, batches: list[tuple[Tensor, Tensor]], epochs: int = 5, lr: float = 0.1) -> list[float]:
    return Trainer(model, lr).fit(batches, epochs).history
