"""Answers in float32 whatever x is.

loses: autograd_general, by_hand_general
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    leaf = torch.tensor(x.tolist(), requires_grad=True)
    sum_of_cubes(leaf).backward()
    return leaf.grad


def gradient_by_hand(x):
    return (3 * x**2).float()
