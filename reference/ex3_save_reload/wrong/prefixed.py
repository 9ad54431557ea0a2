"""Saves under names with "module." in front, as a data-parallel model has them.

loses: saves_the_state_dict, saves_the_buffers
mistakes: renamed
"""

import torch
from torch import nn


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def save_weights(model, path):
    torch.save({"module." + name: t for name, t in model.state_dict().items()}, path)


def load_model(path):
    state = torch.load(path, weights_only=True)
    model = build_model()
    model.load_state_dict({name.removeprefix("module."): t for name, t in state.items()})
    return model.eval()


def max_abs_difference(model_a, model_b, X):
    model_a.eval()
    model_b.eval()
    with torch.no_grad():
        return (model_a(X) - model_b(X)).abs().max().item()
