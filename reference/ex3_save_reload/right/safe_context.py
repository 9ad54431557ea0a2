"""Other names for the parameters, a context manager of torch's own for the loading, star imports."""

from torch import *
from torch import nn
import torch.serialization as serialization


def build_model():
    """Given."""
    layers = nn.ModuleList([nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()])
    return nn.Sequential(*layers)


def save_weights(net, filename):
    serialization.save(net.state_dict(), filename)


def load_model(filename):
    with serialization.safe_globals([]):
        weights = serialization.load(filename, map_location=device("cpu"), weights_only=True)
    net = build_model()
    net.load_state_dict(weights)
    return net.eval()


def max_abs_difference(first, second, inputs):
    first.eval(), second.eval()
    with no_grad():
        p, q = first(inputs), second(inputs)
    if equal(p, q):
        return 0.0
    return nn.functional.l1_loss(p, q, reduction="none").max().item()
