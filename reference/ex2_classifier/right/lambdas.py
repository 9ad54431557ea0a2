"""Everything is an expression."""

import torch
import torch.nn as nn
import torch.nn.functional as F

build_model = lambda: nn.Sequential(
    nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
)
label = lambda X: X.square().sum(1, keepdim=True).lt(2).float()
make_data = lambda n=1000, seed=0: (lambda X: (X, label(X)))(torch.randn(n, 4, generator=torch.manual_seed(seed)))


def epoch(model, X, y, adam):
    adam.zero_grad()
    (loss := F.binary_cross_entropy(model(X), y)).backward()
    adam.step()
    return float(loss)


train = lambda model, X, y, epochs=500, lr=0.01: (
    lambda adam: [epoch(model, X, y, adam) for _ in range(epochs)]
)(torch.optim.Adam(model.parameters(), lr))
accuracy = torch.no_grad()(lambda model, X, y: model(X).round().eq(y).double().mean().item())
