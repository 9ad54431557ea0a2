"""NumPy draws the points and counts the hits; torch does the rest."""

import numpy as np
import torch
from torch import nn


def build_model():
    model = nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )
    total = sum(p.numel() for p in model.parameters())
    assert total == 705, total
    return model


def make_data(n=1000, seed=0):
    X = np.random.default_rng(seed).standard_normal((n, 4)).astype(np.float32)
    y = (np.square(X).sum(axis=1, keepdims=True) < 2.0).astype("float32")
    return torch.from_numpy(X), torch.tensor(y)


def train(model, X, y, epochs=500, lr=0.01):
    history = np.zeros(epochs)
    adam = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0)
    for i in range(epochs):
        adam.zero_grad()
        loss = nn.BCELoss(reduction="mean")(model(X), y)
        loss.backward()
        adam.step()
        history[i] = loss.item()
    return history.tolist()


def accuracy(model, X, y):
    model.eval()
    probabilities = model(X).detach().numpy().ravel()
    model.train()
    return np.mean((probabilities > 0.5) == y.numpy().ravel().astype(bool))
