"""A sum of shape (1,), gradients of shape (1, n) and (n, 1).

loses: sum_worked, sum_general, autograd_worked, autograd_general, by_hand_worked, by_hand_general, by_hand_without_autograd
"""

import torch


def sum_of_cubes(x):
    return (x.flatten() ** 3).sum(dim=0, keepdim=True)


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    sum_of_cubes(leaf).backward()
    return leaf.grad.reshape(1, -1)


def gradient_by_hand(x):
    return 3 * x.reshape(-1, 1) ** 2
