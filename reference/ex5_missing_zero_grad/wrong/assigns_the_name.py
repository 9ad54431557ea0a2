"""Binds a name to the new weight; the model keeps the old one.

loses: one_step, weights_follow, losses_follow, another_model, stale_gradients
mistakes: no_step
"""

import torch
from torch import nn


def train(model, batches, epochs=5, lr=0.1):
    loss_fn = nn.MSELoss()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for X, y in batches:
            model.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            with torch.no_grad():
                for p in model.parameters():
                    p = p - lr * p.grad
            total += loss.item()
        losses.append(total / len(batches))
    return losses
