"""The function by hand lets torch.func do it.

loses: by_hand_without_autograd
mistakes: hand_uses_autograd
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    sum_of_cubes(leaf).backward()
    return leaf.grad


def gradient_by_hand(x):
    return torch.func.vjp(sum_of_cubes, x)[1](torch.ones((), dtype=x.dtype))[0]
