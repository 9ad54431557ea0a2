"""A fresh optimizer for each batch, and gradients cleared by hand: plain SGD has no memory, so that it is the same."""

import torch


def clear(model):
    for parameter in model.parameters():
        if parameter.grad is not None:
            parameter.grad.zero_()


def train(model, batches, epochs=5, lr=0.1):
    losses = []
    for _ in range(epochs):
        total = torch.zeros(())
        for X, y in batches:
            clear(model)
            loss = torch.nn.MSELoss()(model(X), y)
            loss.backward()
            torch.optim.SGD(model.parameters(), lr=lr).step()
            total += loss.detach()
        losses.append((total / len(batches)).item())
    return losses
