"""An Adam of one's own forgets the bias correction.

loses: one_epoch, several_epochs
mistakes:
"""

import torch
from torch import nn


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def make_data(n=1000, seed=0):
    X = torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))
    y = ((X**2).sum(dim=1, keepdim=True) < 2.0).float()
    return X, y


def train(model, X, y, epochs=500, lr=0.01):
    moments = [(torch.zeros_like(p), torch.zeros_like(p)) for p in model.parameters()]
    losses = []
    for _ in range(epochs):
        loss = nn.BCELoss()(model(X), y)
        losses.append(loss.item())
        gradients = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for p, g, (m, v) in zip(model.parameters(), gradients, moments):
                m.mul_(0.9).add_(0.1 * g)
                v.mul_(0.999).add_(0.001 * g * g)
                p -= lr * m / (v.sqrt() + 1e-8)
    return losses


def accuracy(model, X, y):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        predicted = (model(X) > 0.5).float()
    model.train(was_training)
    return (predicted == y).float().mean().item()
