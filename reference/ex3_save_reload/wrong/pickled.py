"""Uses pickle instead of torch.save and torch.load.

loses: saves_the_state_dict, saves_the_buffers, loads_safely
mistakes: not_a_torch_file, unsafe_load
"""

import pickle

import torch
from torch import nn


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def save_weights(model, path):
    with open(path, "wb") as file:
        pickle.dump(model.state_dict(), file)


def load_model(path):
    with open(path, "rb") as file:
        state = pickle.load(file)
    model = build_model()
    model.load_state_dict(state)
    return model.eval()


def max_abs_difference(model_a, model_b, X):
    model_a.eval()
    model_b.eval()
    with torch.no_grad():
        return (model_a(X) - model_b(X)).abs().max().item()
