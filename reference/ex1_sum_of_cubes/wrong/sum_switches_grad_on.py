"""The sum switches requires_grad on for the caller's tensor.

loses: sum_general, untouched
mistakes: left_behind
"""

import torch


def sum_of_cubes(x):
    if x.is_leaf:
        x.requires_grad_(True)
    return (x**3).sum()


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    sum_of_cubes(leaf).backward()
    return leaf.grad


def gradient_by_hand(x):
    return 3 * x**2
