"""accuracy takes a step on the way.

loses: accuracy_value, accuracy_leaves
mistakes:
"""

import torch
from torch import nn


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def make_data(n=1000, seed=0):
    X = torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))
    y = ((X**2).sum(dim=1, keepdim=True) < 2.0).float()
    return X, y


def train(model, X, y, epochs=500, lr=0.01):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        loss = nn.BCELoss()(model(X), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


def accuracy(model, X, y):
    train(model, X, y, epochs=1)
    model.zero_grad()
    with torch.no_grad():
        return ((model(X) > 0.5).float() == y).float().mean().item()
