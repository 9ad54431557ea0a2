"""Returns a number that autograd cannot go through.

loses: sum_general, autograd_worked, autograd_general, autograd_used, no_accumulation, untouched
"""

import torch


def sum_of_cubes(x):
    return torch.tensor((x**3).sum().item(), dtype=x.dtype)


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    sum_of_cubes(leaf).backward()
    return leaf.grad


def gradient_by_hand(x):
    return 3 * x**2
