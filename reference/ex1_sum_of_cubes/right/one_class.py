"""All three as methods of one class; the names the exercise asks for are bound methods."""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class PowerSum:
    exponent: int

    def value(self, x: torch.Tensor) -> torch.Tensor:
        return x.pow(self.exponent).sum()

    def backward(self, x: torch.Tensor) -> torch.Tensor:
        """Not autograd's backward: the derivative's formula."""
        return self.exponent * x.pow(self.exponent - 1)

    def autograd(self, x: torch.Tensor) -> torch.Tensor:
        return torch.func.grad(self.value)(x)


cubes = PowerSum(exponent=3)
sum_of_cubes = cubes.value
gradient_by_autograd = cubes.autograd
gradient_by_hand = cubes.backward
