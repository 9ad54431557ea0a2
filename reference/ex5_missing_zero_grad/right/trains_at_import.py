"""Trains a model of its own while it is imported, and keeps state at the top level."""

import torch
from torch import nn

torch.manual_seed(42)
loss_fn = nn.MSELoss()
optimizer = None


def train(model, batches, epochs=5, lr=0.1):
    global optimizer
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(batches))
    return losses


X = torch.rand(64, 3)
y = (X**2).sum(1, keepdim=True)
net = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 1))
before = loss_fn(net(X), y).item()
history = train(net, list(zip(X.split(16), y.split(16))), epochs=20)
assert history[-1] < before, "training should help"
print("before", before, "after", history[-1])
