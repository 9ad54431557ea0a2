"""Keeps and returns the gradient with respect to the cubes: ones.

loses: autograd_worked, autograd_general, autograd_used, no_accumulation, untouched
mistakes: wrong_tensor_grad
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    cubes = x.clone().requires_grad_() ** 3
    cubes.retain_grad()
    cubes.sum().backward()
    return cubes.grad


def gradient_by_hand(x):
    return 3 * x**2
