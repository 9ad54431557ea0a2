"""TensorDataset and DataLoader with one batch; each batch moves inside the loop."""

from typing import Union

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def pick_device() -> torch.device:
    has_mps = hasattr(torch.backends, "mps") and torch.backends.mps.is_available()
    return torch.device("cuda" if torch.cuda.is_available() else "mps" if has_mps else "cpu")


def train_on(
    device: Union[str, torch.device], model: nn.Module, X: torch.Tensor, y: torch.Tensor, epochs: int = 20, lr: float = 1e-2
) -> "list[float]":
    device = torch.device(device)
    loader = DataLoader(TensorDataset(X, y), batch_size=len(X), shuffle=True, pin_memory=device.type == "cuda")
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses: list[float] = []
    for _ in range(epochs):
        running = 0.0
        for xb, yb in loader:
            xb, yb = xb.to(device, non_blocking=True), yb.to(device, non_blocking=True)
            optimizer.zero_grad()
            loss = nn.functional.binary_cross_entropy(model(xb), yb)
            loss.backward()
            optimizer.step()
            running += loss.item() * len(xb)
        losses.append(running / len(X))
    return losses


def predict_numpy(model: nn.Module, X: torch.Tensor) -> np.ndarray:
    device = {parameter.device for parameter in model.parameters()}.pop()
    with torch.no_grad():
        batches = [model(part.to(device)).to("cpu") for part in torch.split(X, 32)]
    return torch.cat(batches).numpy()
