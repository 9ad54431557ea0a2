"""Clears the gradient of the loss, which is not one of the model's.

loses: weights_follow, losses_follow, another_model, stale_gradients
mistakes: never_zeroed
"""

import torch
from torch import nn


def train(model, batches, epochs=5, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loss_fn = nn.MSELoss()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for X, y in batches:
            loss = loss_fn(model(X), y)
            loss.backward()
            loss.grad = None
            optimizer.step()
            total += loss.item()
        losses.append(total / len(batches))
    return losses
