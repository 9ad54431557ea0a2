"""Loads under inference_mode, as if a reloaded model were never trained again.

loses: loads_a_new_model, predicts_the_same
mistakes: loaded_in_inference_mode
"""

import torch
from torch import nn


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def save_weights(model, path):
    torch.save(model.state_dict(), path)


@torch.inference_mode()
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
