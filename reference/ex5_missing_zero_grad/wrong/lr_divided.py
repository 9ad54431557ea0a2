"""A tenth of the learning rate, and no zero_grad.

loses: one_step, weights_follow, losses_follow, another_model, stale_gradients
mistakes: lr_ignored, lr_tuned_down
"""

import torch
from torch import nn


def train(model, batches, epochs=5, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr / 10)
    loss_fn = nn.MSELoss()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for X, y in batches:
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(batches))
    return losses
