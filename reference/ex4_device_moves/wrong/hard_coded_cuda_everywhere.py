"""One constant for the whole file, from a machine that has a GPU.

loses: picks_cuda_or_cpu, picks_mps_second, model_ends_on_device, trains_on_cpu_too, plain_floats, predicts
mistakes: hard_coded_cuda, device_ignored
"""

import torch
from torch import nn

DEVICE = torch.device("cuda")


def pick_device():
    return DEVICE


def train_on(device, model, X, y, epochs=20, lr=0.01):
    model.to(DEVICE)
    X, y = X.to(DEVICE), y.to(DEVICE)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    loss_fn = nn.BCELoss()
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def predict_numpy(model, X):
    device = DEVICE
    with torch.no_grad():
        return model(X.to(device)).cpu().numpy()
