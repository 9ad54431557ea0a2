"""Keeps and returns the gradient of the sum with respect to itself: one.

loses: autograd_worked, autograd_general, autograd_used, no_accumulation, untouched
mistakes: wrong_tensor_grad
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    x = x.clone().requires_grad_()
    y = sum_of_cubes(x)
    y.retain_grad()
    y.backward()
    return y.grad


def gradient_by_hand(x):
    return 3 * x**2
