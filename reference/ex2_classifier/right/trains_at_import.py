"""A script as it grew: it trains, plots and saves while it is imported."""

import matplotlib.pyplot as plt
import torch
import torch.nn as nn
import torch.optim as optim


def build_model():
    return nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid())


def make_data(n=1000, seed=0):
    torch.manual_seed(seed)
    X = torch.randn(n, 4)
    y = (torch.sum(X**2, dim=1) < 2.0).float().view(-1, 1)
    return X, y


def train(model, X, y, epochs=500, lr=0.01):
    loss_fn = nn.BCELoss()
    optimizer = optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        # forward
        y_pred = model(X)
        loss = loss_fn(y_pred, y)
        losses.append(loss.item())
        # backward
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if epoch % 50 == 0:
            print(f"Epoch {epoch:3d}  Loss {loss.item():.4f}")
    return losses


def accuracy(model, X, y):
    model.eval()
    with torch.no_grad():
        y_pred = (model(X) > 0.5).float()
        acc = (y_pred == y).sum().item() / y.size(0)
    model.train()
    return acc


model = build_model()
X, y = make_data()
losses = train(model, X, y, epochs=100)
print("Final accuracy:", accuracy(model, X, y))
plt.plot(losses)
plt.xlabel("epoch")
plt.ylabel("loss")
plt.savefig("loss.png")
plt.show()
torch.save(model.state_dict(), "model.pt")
