"""The model is a module with a forward of its own.

loses: architecture
mistakes: not_sequential
"""

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(4, 32), nn.Linear(32, 16), nn.Linear(16, 1)

    def forward(self, X):
        X = torch.relu(self.fc1(X))
        return torch.sigmoid(self.fc3(torch.relu(self.fc2(X))))


def build_model():
    return Net()


def make_data(n=1000, seed=0):
    X = torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))
    y = ((X**2).sum(dim=1, keepdim=True) < 2.0).float()
    return X, y


def train(model, X, y, epochs=500, lr=0.01):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        loss = nn.BCELoss()(model(X), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses


def accuracy(model, X, y):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        predicted = (model(X) > 0.5).float()
    model.train(was_training)
    return (predicted == y).float().mean().item()
