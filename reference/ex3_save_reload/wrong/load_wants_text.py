"""Looks at the path's ending, as only a string can.

loses: predicts_the_same
mistakes: text_paths_only
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
    if path.endswith(".npz"):
        raise ValueError(path)
    model = build_model()
    model.load_state_dict(torch.load(path, weights_only=True))
    model.eval()
    return model


def max_abs_difference(model_a, model_b, X):
    model_a.eval()
    model_b.eval()
    with torch.no_grad():
        return (model_a(X) - model_b(X)).abs().max().item()
