"""The whole batch in chunks whose gradients add up to one step; the losses rounded to six places."""

import torch
from torch import nn

CHUNK = 256


def build_model():
    return nn.Sequential(
        *(layer for pair in zip(
            (nn.Linear(4, 32), nn.Linear(32, 16), nn.Linear(16, 1)), (nn.ReLU(), nn.ReLU(), nn.Sigmoid())
        ) for layer in pair)
    )


def make_data(n=1000, seed=0):
    generator = torch.Generator().manual_seed(seed)
    X = torch.cat([torch.randn(1, 4, generator=generator) for _ in range(n)])
    y = torch.tensor([[float(sum(v * v for v in row) < 2.0)] for row in X.tolist()])
    return X, y


def train(model, X, y, epochs=500, lr=0.01):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        total = 0.0
        for a, b in zip(X.split(CHUNK), y.split(CHUNK)):
            part = nn.functional.binary_cross_entropy(model(a), b, reduction="sum") / len(X)
            part.backward()
            total += part.item()
        optimizer.step()
        losses.append(round(total, 6))
    return losses


@torch.no_grad()
def accuracy(model, X, y):
    agree = torch.logical_not(torch.logical_xor(model(X) > 0.5, y > 0.5))
    return torch.count_nonzero(agree).item() / agree.nelement()
