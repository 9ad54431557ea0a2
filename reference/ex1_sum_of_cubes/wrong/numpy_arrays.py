"""Returns NumPy arrays.

loses: autograd_worked, autograd_general, autograd_used, no_accumulation, by_hand_worked, by_hand_general, by_hand_without_autograd, untouched
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    sum_of_cubes(leaf).backward()
    return leaf.grad.numpy()


def gradient_by_hand(x):
    return 3 * x.numpy() ** 2
