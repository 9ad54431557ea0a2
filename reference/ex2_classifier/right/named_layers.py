"""Named layers, the labels by norm, NumPy floats in the list."""

from collections import OrderedDict

import torch
from torch import nn


def build_model():
    return nn.Sequential(OrderedDict([
        ("hidden1", nn.Linear(in_features=4, out_features=32)),
        ("relu1", nn.ReLU(inplace=True)),
        ("hidden2", nn.Linear(in_features=32, out_features=16)),
        ("relu2", nn.ReLU(inplace=True)),
        ("output", nn.Linear(in_features=16, out_features=1)),
        ("probability", nn.Sigmoid()),
    ]))


def make_data(n=1000, seed=0):
    torch.manual_seed(seed)
    X = torch.randn((n, 4))
    inside = X.norm(dim=1) < 2.0 ** 0.5
    y = torch.zeros(n, 1)
    y[inside] = 1.0
    return [X, y]


def train(model, X, y, epochs=500, lr=0.01):
    model.train()
    criterion = nn.BCELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, foreach=False)
    losses = []
    for epoch in range(1, epochs + 1):
        optimizer.zero_grad(set_to_none=False)
        output = model(X)
        loss = criterion(output, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.detach().double().numpy()[()])
        if epoch % 100 == 0:
            print(f"epoch {epoch}: {losses[-1]:.4f}")
    model.eval()
    return losses


def accuracy(model, X, y):
    mode = model.training
    try:
        model.eval()
        with torch.inference_mode():
            hits = (model(X) >= 0.5).int() == y.int()
        return hits.sum().item() / len(y)
    finally:
        model.train(mode)
