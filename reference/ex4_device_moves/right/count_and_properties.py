"""Asks the machine in every way there is, and reports on it."""

import time

import numpy as np
import torch
from torch import nn, optim


def pick_device():
    if torch.cuda.device_count() > 0:
        index = torch.cuda.current_device()
        print(torch.cuda.get_device_name(index), torch.cuda.get_device_properties(index).total_memory)
        print(torch.cuda.get_device_capability(index), torch.cuda.memory_allocated(index))
        return torch.device(f"cuda:{index}")
    mps = getattr(torch.backends, "mps", None)
    if mps is not None and mps.is_built() and mps.is_available():
        return torch.device("mps", 0)
    return torch.device("cpu")


def synchronize(device):
    kind = torch.device(device).type
    if kind == "cuda":
        torch.cuda.synchronize()
    elif kind == "mps":
        torch.mps.synchronize()


def train_on(device, model, X, y, epochs=20, lr=0.01):
    if torch.cuda.is_available():
        torch.cuda.manual_seed_all(0)
        torch.backends.cudnn.benchmark = False
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    model.to(device=device)
    X, y = X.to(device=device), y.to(device=device)
    optimizer, loss_fn, losses = optim.Adam(model.parameters(), lr=lr), nn.BCELoss().to(device), []
    synchronize(device)
    start = time.perf_counter()
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses += [loss.item()]
    synchronize(device)
    print(f"{time.perf_counter() - start:.3f} s")
    return losses


def predict_numpy(model, X):
    on_device = X.to(model[0].weight.device)
    return model(on_device).detach().cpu().numpy().astype(np.float32)
