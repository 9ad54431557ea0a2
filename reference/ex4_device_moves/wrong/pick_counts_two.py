"""Wants two GPUs before it takes one.

loses: picks_cuda_or_cpu, picks_mps_second
mistakes: gpus_miscounted
"""

import torch
from torch import nn


def pick_device():
    if torch.cuda.device_count() > 1:
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
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def predict_numpy(model, X):
    device = next(model.parameters()).device
    with torch.no_grad():
        return model(X.to(device)).cpu().numpy()
