"""torch.autograd.grad returns gradients and leaves .grad alone, so that there is nothing to clear."""

import torch


def train(model, batches, epochs=5, lr=0.1):
    parameters = tuple(model.parameters())
    loss_fn = torch.nn.MSELoss()
    means = []
    for _ in range(epochs):
        losses = []
        for X, y in batches:
            loss = loss_fn(model(X), y)
            for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters)):
                parameter.data.add_(gradient, alpha=-lr)
            losses.append(loss.item())
        means.append(sum(losses) / len(losses))
    return means
