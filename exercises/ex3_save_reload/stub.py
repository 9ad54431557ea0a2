"""Exercise 3: save, reload, equality.

Save a model's weights to a file, load them into a new model, and show that both predict the same.

    save_weights(model, path)            writes the model's state_dict, and nothing else, to the file `path`
    load_model(path)                     a new model with the weights from that file, in eval mode
    max_abs_difference(a, b, X)          how far the predictions of two models are apart at most

`build_model` is given. Replace each `raise NotImplementedError`, then run this file, and grade it:

    python my_solution.py
    grade ex3 my_solution.py
"""

import tempfile
from pathlib import Path

import torch
from torch import nn


def build_model() -> nn.Sequential:
    """A new 4-32-16-1 classifier with random weights. Given: leave it as it is."""
    return nn.Sequential(
        nn.Linear(4, 32),
        nn.ReLU(),
        nn.Linear(32, 16),
        nn.ReLU(),
        nn.Linear(16, 1),
        nn.Sigmoid(),
    )


def save_weights(model: nn.Module, path: str | Path) -> None:
    """Write the model's state_dict to the file `path`, which is used exactly as given.

    The file holds the tensors of the model, parameters and buffers, under their names, and nothing else.
    """
    raise NotImplementedError


def load_model(path: str | Path) -> nn.Sequential:
    """Give a new model of `build_model` with the weights from the file `path`, in eval mode.

    The file may come from anybody: load it so that no code in it can run.
    Where there is no such file, let the exception out.
    """
    raise NotImplementedError


def max_abs_difference(model_a: nn.Module, model_b: nn.Module, X: torch.Tensor) -> float:
    """The greatest absolute difference between the predictions of two models on X, as a Python float.

    X: (n, 4) float32. Both models are compared in eval mode, whatever mode they come in.
    """
    raise NotImplementedError


if __name__ == "__main__":
    model = build_model()
    X = torch.randn(1000, 4)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.pt"
        save_weights(model, path)
        print(f"The file has {path.stat().st_size} bytes.")
        reloaded = load_model(path)
    print("Maximum difference, model against reloaded:", max_abs_difference(model, reloaded, X))
    print("Maximum difference, model against a new one:", max_abs_difference(model, build_model(), X))
