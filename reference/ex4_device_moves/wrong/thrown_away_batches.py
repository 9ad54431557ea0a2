"""Moves each batch of a loader, and goes on with the one that stayed.

loses: trains_on_accelerator, trains_with_batch_norm, model_ends_on_device
mistakes: result_thrown_away
"""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def pick_device():
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def train_on(device, model, X, y, epochs=20, lr=0.01):
    model.to(device)
    loader = DataLoader(TensorDataset(X, y), batch_size=len(X))
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    loss_fn = nn.BCELoss()
    losses = []
    for _ in range(epochs):
        for inputs, targets in loader:
            inputs.to(device)
            targets.to(device)
            optimizer.zero_grad()
            loss = loss_fn(model(inputs), targets)
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    return losses


def predict_numpy(model, X):
    device = next(model.parameters()).device
    with torch.no_grad():
        return model(X.to(device)).cpu().numpy()
