"""Cuts the fractions off on the way; whole numbers hide it.

loses: sum_general, by_hand_general, by_hand_without_autograd
mistakes: integer_tensor
"""

import torch


def sum_of_cubes(x):
    return (x.int() ** 3).sum().to(x.dtype)


def gradient_by_autograd(x):
    x = x.detach().clone().requires_grad_()
    (x**3).sum().backward()
    return x.grad


def gradient_by_hand(x):
    return (3 * x.int() ** 2).to(x.dtype)
