"""Computes the gradient for each element, and keeps adding to the same .grad.

loses: autograd_worked, autograd_general
mistakes: accumulated
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    for _ in range(len(x)):
        sum_of_cubes(leaf).backward()
    return leaf.grad


def gradient_by_hand(x):
    return 3 * x**2
