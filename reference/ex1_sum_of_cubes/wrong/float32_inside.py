"""Computes in float32 and converts back.

loses: sum_general, autograd_general, by_hand_general
mistakes: lost_precision
"""

import torch


def sum_of_cubes(x):
    return (x.float() ** 3).sum().to(x.dtype)


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    sum_of_cubes(leaf).backward()
    return leaf.grad


def gradient_by_hand(x):
    return (3 * x.float() ** 2).to(x.dtype)
