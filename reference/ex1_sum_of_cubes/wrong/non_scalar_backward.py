"""Calls backward() on the cubes.

loses: autograd_worked, autograd_general, autograd_used, no_accumulation, untouched
mistakes: non_scalar_backward
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    x = x.clone().requires_grad_()
    y = x**3
    y.backward()
    return x.grad


def gradient_by_hand(x):
    return 3 * x**2
