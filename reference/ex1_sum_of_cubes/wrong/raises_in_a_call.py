"""Forgets requires_grad, so that there is no graph.

loses: autograd_worked, autograd_general, autograd_used, no_accumulation, untouched
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    y = sum_of_cubes(x)
    y.backward()
    return x.grad


def gradient_by_hand(x):
    return 3 * x**2
