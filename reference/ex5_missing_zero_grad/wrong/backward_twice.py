"""backward() twice for each batch.

loses: one_step, weights_follow, losses_follow, another_model, stale_gradients
mistakes: lr_ignored
"""

import torch
from torch import nn


def train(model, batches, epochs=5, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loss_fn = nn.MSELoss()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for inputs, targets in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(inputs), targets)
            loss.backward(retain_graph=True)
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(batches))
    return losses
