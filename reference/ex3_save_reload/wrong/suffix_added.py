"""Adds an ending to the path, when saving and when loading.

loses: saves_the_buffers, predicts_the_same
mistakes: not_at_the_path, looks_elsewhere
"""

import torch
from torch import nn


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def with_ending(path):
    path = str(path)
    return path if path.endswith((".pt", ".pth")) else path + ".pt"


def save_weights(model, path):
    torch.save(model.state_dict(), with_ending(path))


def load_model(path):
    model = build_model()
    model.load_state_dict(torch.load(with_ending(path), weights_only=True))
    return model.eval()


def max_abs_difference(model_a, model_b, X):
    model_a.eval()
    model_b.eval()
    with torch.no_grad():
        return (model_a(X) - model_b(X)).abs().max().item()
