"""Works on the caller's own tensor: a second call adds to the .grad of the first.

loses: no_accumulation, untouched
mistakes: accumulated, left_behind
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    x.requires_grad_(True)
    y = sum_of_cubes(x)
    y.backward()
    return x.grad


def gradient_by_hand(x):
    return 3 * x**2
