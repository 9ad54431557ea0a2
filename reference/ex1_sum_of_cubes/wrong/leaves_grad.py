"""Leaves a gradient behind on the caller's tensor.

loses: no_accumulation, untouched
mistakes: accumulated, left_behind
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    x.requires_grad_()
    sum_of_cubes(x).backward()
    x.requires_grad_(False)
    return x.grad


def gradient_by_hand(x):
    return 3 * x**2
