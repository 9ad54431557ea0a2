"""A class for the classifier, that knows how to save and load itself."""

from __future__ import annotations

import os
from typing import Self

import torch
import torch.nn as nn
from torch import Tensor


class Classifier(nn.Sequential):
    def __init__(self) -> None:
        act = nn.ReLU()
        super().__init__(nn.Linear(4, 32), act, nn.Linear(32, 16), act, nn.Linear(16, 1), nn.Sigmoid())

    def save(self, path: str | os.PathLike[str]) -> None:
        save_weights(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        instance = cls()
        state: dict[str, Tensor] = torch.load(path, weights_only=True)
        keys = instance.load_state_dict(state, strict=True)
        assert not keys.missing_keys and not keys.unexpected_keys
        instance.train(mode=False)
        return instance


def build_model() -> Classifier:
    return Classifier()


def save_weights(model: nn.Module, path: str | os.PathLike[str]) -> None:
    torch.save(obj=model.state_dict(), f=path)


def load_model(path: str | os.PathLike[str]) -> Classifier:
    return Classifier.load(path)


@torch.no_grad()
def max_abs_difference(model_a: nn.Module, model_b: nn.Module, X: Tensor) -> float:
    a: Tensor = model_a.eval()(X)
    b: Tensor = model_b.eval()(X)
    return float((b - a).abs().max())
