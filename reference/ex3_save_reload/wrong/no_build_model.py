"""Has lost build_model and builds in load_model; the name is part of the exercise.

loses: loads_a_new_model, predicts_the_same
"""

import torch
from torch import nn


def save_weights(model, path):
    torch.save(model.state_dict(), path)


def load_model(path):
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid())
    model.load_state_dict(torch.load(path, weights_only=True))
    return model.eval()


def max_abs_difference(model_a, model_b, X):
    model_a.eval()
    model_b.eval()
    with torch.no_grad():
        return (model_a(X) - model_b(X)).abs().max().item()
