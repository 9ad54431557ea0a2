"""One ReLU object used twice, layers added one by one; the optimizer step takes a closure."""

import torch


def build_model():
    torch.manual_seed(42)
    model, relu = torch.nn.Sequential(), torch.nn.ReLU()
    model.add_module("a", torch.nn.Linear(4, 32))
    model.add_module("b", relu)
    model.add_module("c", torch.nn.Linear(32, 16))
    model.add_module("d", relu)
    model.add_module("e", torch.nn.Linear(16, 1))
    model.add_module("f", torch.nn.Sigmoid())
    return model


def make_data(n=1000, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        X = torch.randn(n, 4)
    r2 = X[:, 0] ** 2 + X[:, 1] ** 2 + X[:, 2] ** 2 + X[:, 3] ** 2
    y = torch.where(r2 < 2.0, 1.0, 0.0).reshape(-1, 1)
    return X, y


def train(model, X, y, epochs=500, lr=0.01):
    optimizer = torch.optim.Adam(params=list(model.parameters()), lr=lr)

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.BCELoss()(model(X), y)
        loss.backward()
        return loss

    return [optimizer.step(closure).item() for _ in range(epochs)]


def accuracy(model, X, y):
    right = 0
    with torch.no_grad():
        for point, label in zip(X, y):
            guess = 1.0 if model(point).item() > 0.5 else 0.0
            right += guess == label.item()
    return right / X.shape[0]
