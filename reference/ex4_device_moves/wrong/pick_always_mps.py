"""A Mac user's file, which looks no further.

loses: picks_cuda_or_cpu, picks_mps_second
mistakes: hard_coded_mps, mps_before_cuda
"""

import torch
from torch import nn


def pick_device():
    return torch.device("mps")


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
