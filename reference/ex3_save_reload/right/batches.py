"""The comparison in batches; a registry of helpers; a loader that says what was wrong with a file."""

import logging

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

log = logging.getLogger(__name__)


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


def save_weights(model, path):
    state = {key: value.cpu().contiguous() for key, value in model.state_dict().items()}
    torch.save(state, path)
    return state


def load_model(path):
    new_model = build_model()
    try:
        checkpoint = torch.load(path, weights_only=True)
    except Exception as error:
        raise RuntimeError(f"cannot load weights from {path}") from error
    outcome = new_model.load_state_dict(checkpoint)
    log.info("loaded: %s", outcome)
    new_model.eval()
    new_model.requires_grad_(True)
    return new_model


def max_abs_difference(model_a, model_b, X):
    for m in (model_a, model_b):
        m.eval()
    biggest = torch.tensor(0.0)
    loader = DataLoader(TensorDataset(X), batch_size=8)
    with torch.no_grad():
        for (batch,) in loader:
            biggest = torch.maximum(biggest, (model_a(batch) - model_b(batch)).abs().amax())
    return biggest.item()
