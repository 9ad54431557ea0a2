"""Saves one long vector of all parameters.

loses: saves_the_state_dict, saves_the_buffers
mistakes: parameters_only
"""

import torch
from torch import nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def save_weights(model, path):
    torch.save(parameters_to_vector(model.parameters()).detach(), path)


def load_model(path):
    model = build_model()
    vector_to_parameters(torch.load(path, weights_only=True), model.parameters())
    return model.eval()


def max_abs_difference(model_a, model_b, X):
    model_a.eval()
    model_b.eval()
    with torch.no_grad():
        return (model_a(X) - model_b(X)).abs().max().item()
