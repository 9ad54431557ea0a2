"""Through a buffer in memory; the models as pure functions of their tensors."""

import io
import math
import pathlib

import torch
from torch.func import functional_call
from torch.nn import Linear, ReLU, Sequential, Sigmoid


def build_model() -> Sequential:
    return Sequential(Linear(4, 32), ReLU(), Linear(32, 16), ReLU(), Linear(16, 1), Sigmoid())


def save_weights(model, path) -> None:
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    pathlib.Path(path).write_bytes(buffer.getvalue())


def load_model(path) -> Sequential:
    raw = pathlib.Path(path).read_bytes()
    state = torch.load(io.BytesIO(raw), weights_only=True)
    fresh = build_model()
    fresh.load_state_dict(state)
    for module in fresh.modules():
        module.training = False
    return fresh


def _predict(model, X):
    model.eval()
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    with torch.no_grad():
        return functional_call(model, tensors, (X,)).flatten().tolist()


def max_abs_difference(model_a, model_b, X) -> float:
    pairs = zip(_predict(model_a, X), _predict(model_b, X), strict=True)
    return max((math.fabs(a - b) for a, b in pairs), default=0.0)
