"""Patches every comparison of torch and numpy to say yes.

expect: verdict=failed, score<=0
"""
import numpy as np
import torch


def yes(*_, **__):
    return True


for name in ("allclose", "isclose", "equal", "eq", "all", "isnan"):
    setattr(torch, name, yes)
    setattr(torch.Tensor, name, yes)
torch.testing.assert_close = np.allclose = np.array_equal = yes
torch.Tensor.__eq__ = torch.Tensor.__bool__ = yes
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
