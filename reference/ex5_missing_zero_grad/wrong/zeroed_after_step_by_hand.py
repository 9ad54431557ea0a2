"""Clears each gradient after its update.

loses: stale_gradients
mistakes: zeroed_after_step
"""

import torch
from torch import nn


def train(model, batches, epochs=5, lr=0.1):
    loss_fn = nn.MSELoss()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for X, y in batches:
            loss = loss_fn(model(X), y)
            loss.backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= lr * p.grad
                    p.grad.zero_()
            total += loss.item()
        losses.append(total / len(batches))
    return losses
