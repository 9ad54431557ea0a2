"""Saves beside the target and moves the file into place; checks for the file first; loads on the meta device."""

import os
from pathlib import Path

import torch
from torch import nn


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def save_weights(model, path):
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".part")
    torch.save(model.state_dict(), draft)
    os.replace(draft, target)


def load_model(path):
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"there are no weights at {path}")
    with torch.device("meta"):
        model = build_model()
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True), assign=True)
    return model.eval()


def max_abs_difference(model_a, model_b, X):
    outputs = []
    for model in (model_a, model_b):
        model.eval()
        with torch.no_grad():
            outputs.append(model(X))
    return torch.dist(*outputs, p=float("inf")).item()
