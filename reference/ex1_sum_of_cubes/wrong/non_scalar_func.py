"""Hands torch.func.grad a function of many values.

loses: autograd_worked, autograd_general, autograd_used, no_accumulation, untouched
mistakes: non_scalar_backward
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    return torch.func.grad(lambda t: t**3)(x)


def gradient_by_hand(x):
    return 3 * x**2
