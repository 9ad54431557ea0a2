"""Written without an optimizer, and the gradients are never cleared.

loses: weights_follow, losses_follow, another_model, stale_gradients
mistakes: never_zeroed
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
            total += loss.item()
        losses.append(total / len(batches))
    return losses
