"""Looks for the file in a folder of its own.

loses: loads_the_weights, loads_in_eval_mode, loads_a_new_model, loads_safely, missing_file_raises, predicts_the_same
mistakes: looks_elsewhere
"""

from pathlib import Path

import torch
from torch import nn


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def save_weights(model, path):
    torch.save(model.state_dict(), path)


def load_model(path):
    model = build_model()
    model.load_state_dict(torch.load(Path("checkpoints") / Path(path).name, weights_only=True))
    return model.eval()


def max_abs_difference(model_a, model_b, X):
    model_a.eval()
    model_b.eval()
    with torch.no_grad():
        return (model_a(X) - model_b(X)).abs().max().item()
