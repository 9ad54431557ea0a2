"""Compares the sum of squares with 4.0, the square of the threshold.

loses: data_labels
mistakes: labels_norm
"""

import torch
from torch import nn


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32),
        nn.ReLU(),
        nn.Linear(32, 16),
        nn.ReLU(),
        nn.Linear(16, 1),
        nn.Sigmoid(),
    )


def make_data(n=1000, seed=0):
    torch.manual_seed(seed)
    X = torch.randn(n, 4)
    y = (X.pow(2).sum(dim=1, keepdim=True) < 4.0).float()
    return X, y


def train(model, X, y, epochs=500, lr=0.01):
    opt = torch.optim.Adam(model.parameters(), lr=lr)
    loss_fn = nn.BCELoss()
    losses = []
    for epoch in range(epochs):
        opt.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return losses


def accuracy(model, X, y):
    was = model.training
    model.eval()
    with torch.no_grad():
        acc = ((model(X) > 0.5).float() == y).float().mean().item()
    model.train(was)
    return acc
