"""4-32-16-1 classifier.

Build a network 4 -> 32 -> 16 -> 1 and a thousand labelled points, train the network for 500 epochs with Adam, and
measure its accuracy.

A point has 4 standard normal components. Its label is 1.0 where the sum of their squares is below 2.0, else 0.0.
"""

import torch
from torch import Tensor, nn


def build_model() -> nn.Sequential:
    """A new model with each call: Linear(4, 32), ReLU, Linear(32, 16), ReLU, Linear(16, 1), Sigmoid."""
    raise NotImplementedError


def make_data(n: int = 1000, seed: int = 0) -> tuple[Tensor, Tensor]:
    """X: n points, (n, 4) float32, standard normal. y: their labels, (n, 1) float32, 0.0 or 1.0.

    The same seed gives the same data, another seed other data.
    """
    raise NotImplementedError


def train(model: nn.Module, X: Tensor, y: Tensor, epochs: int = 500, lr: float = 0.01) -> list[float]:
    """Train the model in place: in each epoch one step of Adam on all of X (n, 4) and y (n, 1), with nn.BCELoss.

    Returns the loss of each epoch, before its step, as Python floats.
    """
    raise NotImplementedError


def accuracy(model: nn.Module, X: Tensor, y: Tensor) -> float:
    """The fraction of points, a Python float in [0, 1], whose prediction equals the label.

    X is (n, 4), y is (n, 1); the prediction is 1 where the model's output is above 0.5. A model in train mode is in
    train mode afterwards, and has no new gradients.
    """
    raise NotImplementedError


if __name__ == "__main__":
    torch.manual_seed(0)
    model = build_model()
    X, y = make_data()
    losses = train(model, X, y)
    print(f"loss:     {losses[0]:.4f} at the start, {losses[-1]:.4f} at the end")
    print(f"accuracy: {accuracy(model, X, y):.1%} on the training data")
    print(f"          {accuracy(model, *make_data(seed=1)):.1%} on fresh data")
