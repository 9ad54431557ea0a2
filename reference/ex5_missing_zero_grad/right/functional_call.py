"""Works on a dictionary of weights with torch.func, and loads them into the model at the end."""

from statistics import fmean

import torch
from torch.func import functional_call, grad_and_value


def train(model, batches, epochs=5, lr=0.1):
    weights = {name: p.detach().clone() for name, p in model.named_parameters()}

    def loss_of(weights, X, y):
        return torch.nn.functional.mse_loss(functional_call(model, weights, (X,)), y)

    losses = []
    for _ in range(epochs):
        batch_losses = []
        for X, y in batches:
            gradients, loss = grad_and_value(loss_of)(weights, X, y)
            weights = {name: w - lr * gradients[name] for name, w in weights.items()}
            batch_losses.append(loss.item())
        losses.append(fmean(batch_losses))
    model.load_state_dict(weights)
    return losses
