"""eval() for each layer; skip_init, so that no random numbers are drawn; sorted differences."""

import torch
from torch import nn
from torch.nn.utils import skip_init


def build_model():
    return nn.Sequential(
        skip_init(nn.Linear, 4, 32), nn.ReLU(), skip_init(nn.Linear, 32, 16), nn.ReLU(), skip_init(nn.Linear, 16, 1), nn.Sigmoid()
    )


def save_weights(model, path):
    was_training = model.training
    model.eval()
    torch.save(model.state_dict(keep_vars=False), path, pickle_protocol=2)
    model.train(was_training)


def load_model(path):
    state_dict = torch.load(path, weights_only=True)
    new = build_model()
    own = new.state_dict()
    assert own.keys() == state_dict.keys()
    for key in own:
        own[key].copy_(state_dict[key])
    return new.train(False)


def max_abs_difference(model_a, model_b, X):
    for layer in [*model_a, *model_b]:
        layer.eval()
    with torch.no_grad():
        values, _ = torch.sort((model_a.forward(X) - model_b.forward(X)).abs().view(-1), descending=True)
    return values[0].tolist()
