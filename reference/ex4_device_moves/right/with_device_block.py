"""Default devices: inside a `with torch.device(...)` block new tensors are made there."""

import torch
from torch import nn


def pick_device():
    choices = [(torch.cuda.is_available, "cuda"), (torch.backends.mps.is_available, "mps"), (lambda: True, "cpu")]
    return next(torch.device(name) for there, name in choices if there())


def train_on(device, model, X, y, epochs=20, lr=0.01):
    with torch.device(device):
        model.to(device)
        inputs, targets = torch.empty(X.shape), torch.empty(y.shape)
        inputs.copy_(X)
        targets.copy_(y)
        assert inputs.device.type == torch.device(device).type
        optimizer = torch.optim.Adam(model.parameters(), lr=lr)
        losses = []
        for _ in range(epochs):
            loss = nn.BCELoss()(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses


def predict_numpy(model, X):
    device = next(model.parameters()).device
    torch.set_default_device(device)
    try:
        with torch.no_grad():
            out = torch.zeros(len(X), 1)
            out += model(torch.as_tensor(X, device=device))
    finally:
        torch.set_default_device("cpu")
    return out.cpu().numpy()
