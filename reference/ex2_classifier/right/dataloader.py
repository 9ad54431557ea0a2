"""A DataLoader whose one batch holds all the data, shuffled; a trainer class does the work."""

from dataclasses import dataclass, field

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


@dataclass
class Trainer:
    model: nn.Module
    lr: float
    history: list = field(default_factory=list)

    def __post_init__(self):
        self.criterion = nn.BCELoss()
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=self.lr)

    def epoch(self, loader):
        for X, y in loader:
            loss = self.criterion(self.model(X), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.history.append(loss.item())


def build_model():
    layers = nn.ModuleList([nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()])
    return nn.Sequential(*layers)


def make_data(n=1000, seed=0):
    torch.manual_seed(seed)
    X = torch.distributions.Normal(0.0, 1.0).sample((n, 4))
    y = torch.as_tensor(X.square().sum(dim=1) < 2.0, dtype=torch.float32)[:, None]
    return X, y


def train(model, X, y, epochs=500, lr=0.01):
    loader = DataLoader(TensorDataset(X, y), batch_size=len(X), shuffle=True)
    trainer = Trainer(model, lr)
    for _ in range(epochs):
        trainer.epoch(loader)
    return trainer.history


def accuracy(model, X, y):
    previous = [(module, module.training) for module in model.modules()]
    model.eval()
    correct = total = 0
    with torch.no_grad():
        for inputs, labels in DataLoader(TensorDataset(X, y), batch_size=64):
            correct += (model(inputs).ge(0.5) == labels.bool()).sum().item()
            total += labels.size(0)
    for module, mode in previous:
        module.training = mode
    return correct / total
