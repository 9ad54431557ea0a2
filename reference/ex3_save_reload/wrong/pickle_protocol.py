"""Asks for a newer pickle protocol, which torch.load(..., weights_only=True) cannot read.

loses: saves_the_state_dict, saves_the_buffers
mistakes: not_a_torch_file
"""

import torch
from torch import nn


def build_model() -> nn.Sequential:
    """A new 4-32-16-1 classifier with random weights. Given: leave it as it is."""
    return nn.Sequential(
        nn.Linear(4, 32),
        nn.ReLU(),
        nn.Linear(32, 16),
        nn.ReLU(),
        nn.Linear(16, 1),
        nn.Sigmoid(),
    )


def save_weights(model, path):
    torch.save(model.state_dict(), path, pickle_protocol=4)


def load_model(path):
    model = build_model()
    model.load_state_dict(torch.load(path, weights_only=True))
    return model.eval()


def max_abs_difference(model_a, model_b, X):
    model_a.eval()
    model_b.eval()
    with torch.no_grad():
        return (model_a(X) - model_b(X)).abs().max().item()
