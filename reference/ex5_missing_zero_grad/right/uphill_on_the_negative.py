"""Climbs the negative loss: downhill on the loss, by another sign convention. With a progress line and a plot."""

import sys

import matplotlib.pyplot as plt
import torch


class Ascent(torch.optim.Optimizer):
    """An optimizer of one's own."""

    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.add_(p.grad, alpha=group["lr"])


def train(model, batches, epochs=5, lr=0.1):
    optimizer = Ascent(model.parameters(), lr)
    losses = []
    for epoch in range(1, epochs + 1):
        batch_losses = []
        for X, y in batches:
            optimizer.zero_grad()
            score = -torch.mean(torch.square(model(X) - y))
            score.backward()
            optimizer.step()
            batch_losses.append(-score.item())
        losses += [sum(batch_losses) / len(batch_losses)]
        sys.stdout.write(f"\repoch {epoch}")
    figure, axes = plt.subplots()
    axes.plot(losses)
    figure.savefig("losses.png")
    plt.close(figure)
    return losses
