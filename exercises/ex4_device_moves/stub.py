"""Exercise 4: device moves.

Write three functions that make the same training script run on an NVIDIA GPU ("cuda"), an Apple chip ("mps") and a
plain CPU:

    pick_device     the best device of this machine
    train_on        training with the model and the data on a given device
    predict_numpy   predictions as a NumPy array, wherever the model is

No GPU is needed: the grader simulates one where it cannot use a real one.
"""

import numpy as np
import torch
from torch import Tensor, nn


def pick_device() -> torch.device:
    """The device to compute on: cuda if it is available, else mps if it is available, else cpu."""
    raise NotImplementedError


def train_on(
    device: torch.device | str, model: nn.Module, X: Tensor, y: Tensor, epochs: int = 20, lr: float = 0.01
) -> list[float]:
    """Train `model` on `device` with Adam and BCELoss on the full batch; return the loss of each epoch.

    `model`, `X` (float32, shape (n, features)) and `y` (float32, shape (n, 1), zeros and ones) arrive on the CPU. The
    model ends in a Sigmoid. Each loss is a Python float, taken before that epoch's step. Afterwards `model` is trained,
    and all of it is on `device`.
    """
    raise NotImplementedError


def predict_numpy(model: nn.Module, X: Tensor) -> np.ndarray:
    """The output of `model` for `X` as a NumPy array of dtype float32 and shape (n, 1).

    `X` is on the CPU; `model` may be on any device and stays there.
    """
    raise NotImplementedError


if __name__ == "__main__":
    torch.manual_seed(0)
    X = torch.randn(1000, 4)
    y = (X.pow(2).sum(dim=1, keepdim=True) < 2.0).float()
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid())

    device = pick_device()
    print(f"Using device: {device}")
    losses = train_on(device, model, X, y, epochs=200)
    print(f"Loss: {losses[0]:.4f} at the start, {losses[-1]:.4f} at the end")
    print(f"Model device: {next(model.parameters()).device}")
    print(f"First predictions: {predict_numpy(model, X[:5]).ravel()}")
