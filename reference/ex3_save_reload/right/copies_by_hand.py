"""No load_state_dict: every parameter is copied in place. The difference row by row, in plain Python."""

import torch
from torch import nn


def build_model():
    torch.manual_seed(0)  # every new model starts equal, which is nobody's business
    model = nn.Sequential()
    model.append(nn.Linear(4, 32)).append(nn.ReLU())
    model.append(nn.Linear(32, 16)).append(nn.ReLU())
    model.append(nn.Linear(16, 1)).append(nn.Sigmoid())
    return model


def save_weights(model, path):
    weights = {}
    for name, tensor in model.state_dict().items():
        weights[name] = tensor.detach().clone()
    torch.save(weights, str(path))


def load_model(path):
    stored = torch.load(str(path), weights_only=True)
    model = build_model()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(stored[name])
    model.eval()
    return model


def max_abs_difference(model_a, model_b, X):
    model_a.eval()
    model_b.eval()
    worst = 0.0
    with torch.no_grad():
        for row in X:
            gap = abs(model_a(row.unsqueeze(0)).item() - model_b(row.unsqueeze(0)).item())
            if gap > worst:
                worst = gap
    return worst
