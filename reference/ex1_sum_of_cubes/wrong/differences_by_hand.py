"""By hand means a formula; this one takes differences.

loses: by_hand_worked, by_hand_general, by_hand_without_autograd
mistakes: numerical_differences
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    sum_of_cubes(leaf).backward()
    return leaf.grad


def gradient_by_hand(x):
    h = 1e-2
    return ((x + h) ** 3 - x**3) / h
