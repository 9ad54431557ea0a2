"""Differentiates twice: 6 * x.

loses: autograd_worked, autograd_general, by_hand_worked, by_hand_general, by_hand_without_autograd
mistakes: second_derivative
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    x = x.clone().requires_grad_()
    (first,) = torch.autograd.grad(sum_of_cubes(x), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    return second


def gradient_by_hand(x):
    return 6 * x
