"""Loses the sign of negative values.

loses: sum_general, autograd_general
"""

import torch


def sum_of_cubes(x):
    return (x.abs() ** 3).sum()


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    sum_of_cubes(leaf).backward()
    return leaf.grad


def gradient_by_hand(x):
    return 3 * x**2
