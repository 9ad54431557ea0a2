"""A fresh optimizer for each batch clears nothing: the gradients are the model's.

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
            optimizer = torch.optim.SGD(model.parameters(), lr=lr)
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(batches))
    return losses
