"""The right three lines in a wrong order: zero_grad(), step(), backward().

loses: one_step, weights_follow, losses_follow, another_model, stale_gradients
mistakes: zeroed_before_step
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
            optimizer.zero_grad()
            optimizer.step()
            loss.backward()
            total += loss.item()
        losses.append(total / len(batches))
    return losses
