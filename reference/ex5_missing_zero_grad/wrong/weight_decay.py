"""Adds a little weight decay, which is no mistake of gradients but no plain SGD either.

loses: weights_follow, losses_follow, another_model, stale_gradients
"""

import torch
from torch import nn


def train(model, batches, epochs=5, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, weight_decay=3e-4)
    loss_fn = nn.MSELoss()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(batches))
    return losses
