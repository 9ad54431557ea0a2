"""Turns every problem of a file into an exception of its own, and looks into the file before it trusts it."""

from pathlib import Path

import torch
from torch import nn


class NoWeights(Exception):
    pass


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def save_weights(model, path):
    torch.save(dict(model.state_dict()), Path(path))


def load_model(path):
    if not Path(path).is_file():
        raise NoWeights(path)
    model = build_model()
    state = torch.load(path, weights_only=True)
    expected = {name: tensor.shape for name, tensor in model.state_dict().items()}
    if {name: tensor.shape for name, tensor in state.items()} != expected:
        raise NoWeights("this file is for another model")
    model.load_state_dict(state)
    model.eval()
    return model


def max_abs_difference(model_a, model_b, X):
    training = model_a.training, model_b.training
    model_a.eval(), model_b.eval()
    try:
        with torch.no_grad():
            gap = model_a(X).sub(model_b(X)).abs_().max()
    finally:
        model_a.train(training[0]), model_b.train(training[1])
    return float(gap.double())
