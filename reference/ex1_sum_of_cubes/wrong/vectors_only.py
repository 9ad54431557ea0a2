"""A loop over x, which a 0-d tensor does not allow.

loses: sum_general, autograd_general
mistakes: needs_a_dimension
"""

import torch


def sum_of_cubes(x):
    total = 0
    for value in x.unbind():
        total = total + value**3
    return total if total.ndim == 0 else total.sum()


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    sum_of_cubes(leaf).backward()
    return leaf.grad


def gradient_by_hand(x):
    return 3 * x**2
