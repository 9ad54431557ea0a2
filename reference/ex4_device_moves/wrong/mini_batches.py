"""Takes a step for every 32 points.

loses: trains_on_accelerator, trains_with_batch_norm, trains_on_cpu_too, plain_floats
"""

import torch
from torch import nn


def pick_device():
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def train_on(device, model, X, y, epochs=20, lr=0.01):
    model.to(device)
    X, y = X.to(device), y.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    loss_fn = nn.BCELoss()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for xb, yb in zip(X.split(32), y.split(32)):
            optimizer.zero_grad()
            loss = loss_fn(model(xb), yb)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(xb)
        losses.append(total / len(X))
    return losses


def predict_numpy(model, X):
    device = next(model.parameters()).device
    with torch.no_grad():
        return model(X.to(device)).cpu().numpy()
