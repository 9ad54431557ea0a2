"""Keeps one leaf for each size of x: what an earlier call left in its .grad is added to.

loses: no_accumulation
mistakes: accumulated
"""

import torch

leaves = {}


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    if x.shape not in leaves:
        leaves[x.shape] = torch.zeros_like(x, requires_grad=True)
    leaf = leaves[x.shape]
    leaf.data = x.clone()
    sum_of_cubes(leaf).backward()
    return leaf.grad.to(x.dtype)


def gradient_by_hand(x):
    return 3 * x**2
