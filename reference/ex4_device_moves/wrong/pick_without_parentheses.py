"""Leaves out the parentheses after torch.cuda.is_available: a function is always true.

loses: picks_cuda_or_cpu, picks_mps_second
mistakes: query_not_called
"""

import torch
from torch import nn


def pick_device():
    if torch.cuda.is_available:
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def train_on(device, model, X, y, epochs=20, lr=0.01):
    model.to(device)
    X = X.to(device)
    y = y.to(device)
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        opt.zero_grad()
        loss = nn.BCELoss()(model(X), y)
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return losses


def predict_numpy(model, X):
    dev = next(model.parameters()).device
    with torch.no_grad():
        return model(X.to(dev)).cpu().numpy()
