"""Layers with names of their own: every file has other keys than "0.weight"."""

from collections import OrderedDict

import torch
from torch import nn


def build_model():
    return nn.Sequential(
        OrderedDict(
            [
                ("hidden_1", nn.Linear(4, 32)),
                ("relu_1", nn.ReLU()),
                ("hidden_2", nn.Linear(32, 16)),
                ("relu_2", nn.ReLU()),
                ("out", nn.Linear(16, 1)),
                ("probability", nn.Sigmoid()),
            ]
        )
    )


def save_weights(model, path):
    torch.save(model.state_dict(), path)


def load_model(path):
    model = build_model()
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    model.eval()
    return model


def max_abs_difference(model_a, model_b, X):
    model_a.eval()
    model_b.eval()
    with torch.inference_mode():
        return torch.max(torch.abs(model_a(X) - model_b(X))).item()
