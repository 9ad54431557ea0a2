"""Adds up first and cubes then.

loses: sum_worked, sum_general, autograd_worked, autograd_general
mistakes: cube_of_sum
"""

import torch


def sum_of_cubes(x):
    return x.sum() ** 3


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    sum_of_cubes(leaf).backward()
    return leaf.grad


def gradient_by_hand(x):
    return 3 * x**2
