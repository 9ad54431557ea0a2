"""Runs backward(), throws its result away, and returns the formula.

loses: autograd_used, no_accumulation, untouched
mistakes: hand_formula
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    loss = sum_of_cubes(leaf)
    loss.backward()
    leaf.grad = torch.square(x) * 3
    return leaf.grad


def gradient_by_hand(x):
    return 3 * x**2
