"""mmap=True, a partial of torch.load, the infinity norm, and a deep copy of each model for the comparison."""

import copy
import functools

import torch
from torch import nn

safe_load = functools.partial(torch.load, mmap=True, weights_only=True)


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def save_weights(model, path):
    torch.save(copy.deepcopy(model).cpu().state_dict(), path)


def load_model(path):
    model = build_model().eval()
    model.load_state_dict(safe_load(path), assign=True)
    return model


def max_abs_difference(model_a, model_b, X):
    a, b = (copy.deepcopy(model).eval() for model in (model_a, model_b))
    with torch.no_grad():
        return torch.linalg.vector_norm(a(X) - b(X), ord=float("inf")).item()
