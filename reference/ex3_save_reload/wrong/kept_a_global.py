"""Keeps the saved model in a global and gives it back.

loses: loads_the_weights, loads_in_eval_mode, loads_a_new_model, loads_safely, missing_file_raises, predicts_the_same
mistakes: kept_the_model
"""

import torch
from torch import nn

last_saved = None


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def save_weights(model, path):
    global last_saved
    last_saved = model
    torch.save(model.state_dict(), path)


def load_model(path):
    last_saved.eval()
    return last_saved


def max_abs_difference(model_a, model_b, X):
    model_a.eval()
    model_b.eval()
    with torch.no_grad():
        return (model_a(X) - model_b(X)).abs().max().item()
