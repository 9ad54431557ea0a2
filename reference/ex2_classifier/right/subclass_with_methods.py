"""A subclass of nn.Sequential with methods of its own, which train and accuracy call."""

import torch
from torch import Tensor, nn
from torch.optim import Adam


class Classifier(nn.Sequential):
    """4-32-16-1, and what can be done with it."""

    def __init__(self) -> None:
        super().__init__(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid())

    @torch.no_grad()
    def predict(self, X: Tensor) -> Tensor:
        return (self(X) > 0.5).float()

    def loss(self, X: Tensor, y: Tensor) -> Tensor:
        return nn.functional.binary_cross_entropy(self(X), y)

    def fit(self, X: Tensor, y: Tensor, epochs: int, lr: float) -> list[float]:
        adam, history = Adam(self.parameters(), lr=lr), []
        for _ in range(epochs):
            loss = self.loss(X, y)
            history.append(loss.item())
            self.zero_grad()
            loss.backward()
            adam.step()
        return history


def build_model() -> Classifier:
    return Classifier()


def make_data(n: int = 1000, seed: int = 0) -> tuple[Tensor, Tensor]:
    rng = torch.Generator()
    rng.manual_seed(seed)
    X = torch.empty(n, 4).normal_(generator=rng)
    return X, (torch.einsum("ij,ij->i", X, X) < 2.0).float().unsqueeze(1)


def train(model: Classifier, X: Tensor, y: Tensor, epochs: int = 500, lr: float = 0.01) -> list[float]:
    return model.fit(X, y, epochs, lr)


def accuracy(model: Classifier, X: Tensor, y: Tensor) -> float:
    return (model.predict(X) == y).float().mean().item()
