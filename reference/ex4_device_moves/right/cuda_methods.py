"""The old style: .cuda() and .cpu(), but only where they are asked for."""

import torch
import torch.nn as nn


def pick_device():
    use_cuda = torch.cuda.is_available()
    use_mps = not use_cuda and torch.backends.mps.is_available()
    return torch.device("cuda:0" if use_cuda else "mps:0" if use_mps else "cpu")


def to_device(thing, device):
    if str(device).startswith("cuda"):
        return thing.cuda()
    if str(device) == "cpu":
        return thing.cpu()
    return thing.to(device)


def train_on(device, model, X, y, epochs=20, lr=0.01):
    model = to_device(model, device)
    X, y = to_device(X, device), to_device(y, device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.9, 0.999), eps=1e-8)
    loss_function = nn.BCELoss()
    losses = torch.empty(epochs, device=device)
    for i in range(epochs):
        loss = loss_function(model(X), y)
        losses[i] = loss.detach()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return losses.tolist()


def predict_numpy(model, X):
    weights = next(model.parameters())
    X = X.cuda() if weights.is_cuda else X.to(weights.device)
    return model(X).data.cpu().numpy()
