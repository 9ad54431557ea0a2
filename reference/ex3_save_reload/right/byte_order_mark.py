"""A byte order mark; classes for everything, functions made from their methods."""
import torch
from torch import nn


class Store:
    """Saves and loads the models of one builder."""

    def __init__(self, builder):
        self.builder = builder

    def save(self, model, path):
        torch.save(model.state_dict(), path)

    def load(self, path):
        model = self.builder()
        model.load_state_dict(torch.load(path, weights_only=True))
        return model.eval()


class Comparison:
    def __call__(self, model_a, model_b, X):
        with torch.no_grad():
            stacked = torch.stack([model.eval()(X) for model in (model_a, model_b)])
        return (stacked[0] - stacked[1]).abs().flatten().max(dim=0).values.item()


def build_model():
    return nn.Sequential(
        nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1), nn.Sigmoid()
    )


store = Store(build_model)
save_weights = store.save
load_model = store.load
max_abs_difference = Comparison()
