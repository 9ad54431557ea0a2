"""The gradients are cleared, and the learning rate is 0.01 whatever is asked for.

loses: one_step, weights_follow, losses_follow, another_model, stale_gradients
mistakes: lr_ignored
"""

import torch
from torch import nn


def train(model, batches, epochs=5, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
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
