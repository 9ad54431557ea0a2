"""No optimizer at all: the update written out, gradients dropped one by one."""

import torch


def train(model, batches, epochs=5, lr=0.1):
    losses = []
    for _ in range(epochs):
        total = 0
        for X, y in batches:
            for p in model.parameters():
                p.grad = None
            loss = ((model(X) - y) ** 2).mean()
            loss.backward()
            with torch.no_grad():
                for p in model.parameters():
                    p -= lr * p.grad
            total += loss.item()
        losses.append(total / len(batches))
    return losses
