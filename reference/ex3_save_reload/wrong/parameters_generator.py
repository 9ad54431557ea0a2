"""Saves model.parameters(), a generator, which cannot be pickled at all.

loses: saves_the_state_dict, saves_the_buffers
mistakes: parameters_only
"""

import torch
from torch import nn


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def save_weights(model, path):
    torch.save(model.parameters(), path)


def load_model(path):
    model = build_model()
    model.load_state_dict(torch.load(path, weights_only=True))
    model.eval()
    return model


def max_abs_difference(model_a, model_b, X):
    model_a.eval()
    model_b.eval()
    with torch.no_grad():
        return (model_a(X) - model_b(X)).abs().max().item()
