"""Asks for forgiveness, not for permission."""

import torch
from torch.nn import BCELoss
from torch.optim import Adam


def pick_device():
    for name in ("cuda", "mps"):
        try:
            torch.zeros(1).to(name)
        except (AssertionError, RuntimeError):
            continue
        return torch.device(name)
    return torch.device("cpu")


def train_on(device, model, X, y, epochs=20, lr=0.01):
    optimizer = Adam(model.parameters(), lr=lr)  # made before the move: .to() keeps the Parameter objects
    model.to(device)
    criterion = BCELoss()
    history = []
    for _ in range(epochs):
        inputs, targets = X.to(device), y.to(device)
        model.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        history.append(loss.detach().cpu().item())
    return history


def predict_numpy(model, X):
    return model(X.to(next(iter(model.state_dict().values())).device)).numpy(force=True)
