"""Differentiates with respect to a copy, and returns the .grad of the original.

loses: autograd_worked, autograd_general, autograd_used, no_accumulation, untouched
mistakes: returned_none
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    leaf = x.clone().requires_grad_()
    sum_of_cubes(leaf).backward()
    return x.grad


def gradient_by_hand(x):
    return 3 * x**2
