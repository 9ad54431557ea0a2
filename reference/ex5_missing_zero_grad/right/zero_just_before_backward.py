"""Clears between the loss and backward(), and again after the step, for good measure."""

import torch
from torch import optim
from torch.nn import functional as F


def train(model, batches, epochs=5, lr=0.1):
    opt = optim.SGD(model.parameters(), lr)
    model.train()
    losses = []
    for _ in range(epochs):
        epoch_losses = []
        for X, y in batches:
            loss = F.mse_loss(model(X), y)
            opt.zero_grad(set_to_none=False)
            loss.backward()
            opt.step()
            opt.zero_grad()
            epoch_losses.append(loss.detach())
        losses.append(torch.stack(epoch_losses).mean().item())
    return losses
