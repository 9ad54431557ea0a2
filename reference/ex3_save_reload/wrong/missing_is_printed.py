"""Prints that the file is missing, and returns None.

loses: missing_file_raises
mistakes: fresh_for_missing
"""

import torch
from torch import nn


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def save_weights(model, path):
    torch.save(model.state_dict(), path)


def load_model(path):
    model = build_model()
    try:
        model.load_state_dict(torch.load(path, weights_only=True))
    except FileNotFoundError:
        print("no such file")
        return None
    return model.eval()


def max_abs_difference(model_a, model_b, X):
    model_a.eval()
    model_b.eval()
    with torch.no_grad():
        return (model_a(X) - model_b(X)).abs().max().item()
