"""Exercise 3, solved."""

import tempfile
from pathlib import Path

import torch
from torch import nn


def build_model() -> nn.Sequential:
    """A new 4-32-16-1 classifier with random weights."""
    return nn.Sequential(
        nn.Linear(4, 32),
        nn.ReLU(),
        nn.Linear(32, 16),
        nn.ReLU(),
        nn.Linear(16, 1),
        nn.Sigmoid(),
    )


def save_weights(model: nn.Module, path: str | Path) -> None:
    """Write the model's state_dict to the file `path`."""
    torch.save(model.state_dict(), path)


def load_model(path: str | Path) -> nn.Sequential:
    """A new model with the weights from the file `path`, in eval mode."""
    model = build_model()
    model.load_state_dict(torch.load(path, weights_only=True))
    return model.eval()


def max_abs_difference(model_a: nn.Module, model_b: nn.Module, X: torch.Tensor) -> float:
    """The greatest absolute difference between the predictions of two models on X (n, 4)."""
    model_a.eval()
    model_b.eval()
    with torch.no_grad():
        return (model_a(X) - model_b(X)).abs().max().item()


if __name__ == "__main__":
    model = build_model()
    X = torch.randn(1000, 4)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.pt"
        save_weights(model, path)
        print(f"The file has {path.stat().st_size} bytes.")
        reloaded = load_model(path)
    print("Maximum difference, model against reloaded:", max_abs_difference(model, reloaded, X))
    print("Maximum difference, model against a new one:", max_abs_difference(model, build_model(), X))
