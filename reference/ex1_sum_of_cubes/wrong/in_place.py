"""Cubes and squares the caller's tensor itself.

loses: untouched
mistakes: changed_in_place
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    sum_of_cubes(leaf).backward()
    return leaf.grad


def gradient_by_hand(x):
    x.pow_(2).mul_(3)
    return x.clone()
