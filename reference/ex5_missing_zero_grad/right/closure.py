"""Hands the optimizer a closure, as LBFGS would need it."""

import torch


def train(model, batches, epochs=5, lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    loss_fn = torch.nn.MSELoss()

    def step(X, y):
        def closure():
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            return loss

        return optimizer.step(closure).item()

    losses = []
    epoch = 0
    while epoch < epochs:
        losses.append(sum(step(X, y) for X, y in batches) / len(batches))
        epoch += 1
    return losses
