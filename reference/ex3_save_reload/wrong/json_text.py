"""Writes the weights as JSON text: safe, but not a file of torch.

loses: saves_the_state_dict, saves_the_buffers
mistakes: not_a_torch_file
"""

import json

import torch
from torch import nn


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def save_weights(model, path):
    with open(path, "w") as file:
        json.dump({k: v.tolist() for k, v in model.state_dict().items()}, file)


def load_model(path):
    with open(path) as file:
        stored = json.load(file)
    model = build_model()
    model.load_state_dict({name: torch.tensor(values) for name, values in stored.items()})
    return model.eval()


def max_abs_difference(model_a, model_b, X):
    model_a.eval()
    model_b.eval()
    with torch.no_grad():
        return (model_a(X) - model_b(X)).abs().max().item()
