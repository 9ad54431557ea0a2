"""torch.load without its argument, the old file format, autograd left on: poor style that is not wrong."""

import torch
import torch.nn as nn


def build_model():
    return nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid())


def save_weights(model, path):
    model.eval()
    torch.save(model.state_dict(), path, _use_new_zipfile_serialization=False)
    print("saved to", path)


def load_model(path):
    model = build_model()
    model.load_state_dict(torch.load(path))
    model.eval()
    print("loaded from", path)
    print(model)
    return model


def max_abs_difference(model_a, model_b, X):
    model_a.eval()
    model_b.eval()
    difference = model_a(X) - model_b(X)
    result = difference.abs().max().item()
    print("max difference: %.10f" % result)
    return result
