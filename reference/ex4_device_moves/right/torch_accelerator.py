"""The device-neutral API of newer PyTorch versions."""

import itertools

import numpy as np
import torch


def pick_device() -> torch.device:
    device = torch.accelerator.current_accelerator()
    return device if torch.accelerator.is_available() and device is not None else torch.device("cpu")


def train_on(device, model, X, y, epochs=20, lr=0.01):
    device = torch.device(device)
    model.train().to(device, non_blocking=True)
    X, y = (t.to(device, non_blocking=True) for t in (X, y))
    optimizer = torch.optim.Adam(model.parameters(), lr)

    def step() -> float:
        optimizer.zero_grad(set_to_none=False)
        loss = torch.nn.functional.binary_cross_entropy(model(X), y)
        loss.backward()
        optimizer.step()
        return float(loss)

    losses = [step() for _ in range(epochs)]
    if device.type != "cpu":
        torch.accelerator.synchronize()
    return losses


@torch.inference_mode()
def predict_numpy(model, X) -> np.ndarray:
    tensor = next(itertools.chain(model.parameters(), model.buffers()))
    return np.asarray(model(X.to(tensor.device)).cpu())
