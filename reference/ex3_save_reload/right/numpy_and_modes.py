"""The difference in NumPy; the modes are put back as they were."""

from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

LAYERS = [(4, 32, nn.ReLU), (32, 16, nn.ReLU), (16, 1, nn.Sigmoid)]


def build_model():
    modules = []
    for fan_in, fan_out, activation in LAYERS:
        modules += [nn.Linear(fan_in, fan_out), activation()]
    return nn.Sequential(*modules)


def save_weights(model, path):
    with open(path, "wb") as file:
        torch.save(model.state_dict(), file)


def load_model(path):
    with open(path, "rb") as file:
        state = torch.load(file, weights_only=True)
    model = build_model()
    model.load_state_dict(state)
    return model.eval()


@contextmanager
def evaluating(*models):
    modes = [model.training for model in models]
    try:
        yield [model.eval() for model in models]
    finally:
        for model, mode in zip(models, modes):
            model.train(mode)


def max_abs_difference(model_a, model_b, X):
    with evaluating(model_a, model_b), torch.no_grad():
        a, b = model_a(X).numpy(), model_b(X).numpy()
    return np.max(np.abs(a.astype(np.float64) - b.astype(np.float64)))  # a numpy.float64 is a float
