"""Reference solution of ex2."""

import torch
from torch import Tensor, nn


def build_model() -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(4, 32),
        nn.ReLU(),
        nn.Linear(32, 16),
        nn.ReLU(),
        nn.Linear(16, 1),
        nn.Sigmoid(),
    )


def make_data(n: int = 1000, seed: int = 0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    X = torch.randn(n, 4, generator=generator)
    y = ((X**2).sum(dim=1, keepdim=True) < 2.0).float()
    return X, y


def train(model: nn.Module, X: Tensor, y: Tensor, epochs: int = 500, lr: float = 0.01) -> list[float]:
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    loss_function = nn.BCELoss()
    losses = []
    for _ in range(epochs):
        loss = loss_function(model(X), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


def accuracy(model: nn.Module, X: Tensor, y: Tensor) -> float:
    was_training = model.training
    model.eval()
    with torch.no_grad():
        predicted = model(X) > 0.5
    model.train(was_training)
    return (predicted == (y > 0.5)).float().mean().item()


if __name__ == "__main__":
    torch.manual_seed(0)
    model = build_model()
    X, y = make_data()
    losses = train(model, X, y)
    print(f"loss: {losses[0]:.4f} before the first epoch, {losses[-1]:.4f} before the last")
    print(f"accuracy: {accuracy(model, X, y):.1%} on the training data")
    print(f"accuracy: {accuracy(model, *make_data(seed=1)):.1%} on fresh data")
