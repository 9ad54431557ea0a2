"""Returns a Python float and a list.

loses: sum_worked, sum_general, by_hand_worked, by_hand_general, by_hand_without_autograd
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum().item()


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    (leaf**3).sum().backward()
    return leaf.grad


def gradient_by_hand(x):
    return [3 * v**2 for v in x.tolist()]
