"""There are always 1000 points.

loses: data_form, data_drawn, data_labels
mistakes: n_ignored
"""

import torch
from torch import nn


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def make_data(n=1000, seed=0):
    X = torch.randn(1000, 4, generator=torch.Generator().manual_seed(seed))
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
    was_training = model.training
    model.eval()
    with torch.no_grad():
        predicted = (model(X) > 0.5).float()
    model.train(was_training)
    return (predicted == y).float().mean().item()
