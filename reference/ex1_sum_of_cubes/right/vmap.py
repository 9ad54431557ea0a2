"""The derivative of one cube, mapped over all elements."""

import functools
import operator

import torch
from torch.func import grad, vmap


def cube(number):
    return functools.reduce(operator.mul, [number] * 3)


def sum_of_cubes(x):
    return cube(x).sum()


def gradient_by_autograd(x):
    if x.numel() == 0:
        return torch.zeros_like(x)
    return vmap(grad(cube))(x.reshape(-1)).reshape(x.shape)


def gradient_by_hand(x):
    return torch.tensor([3 * v * v for v in x.reshape(-1).tolist()], dtype=x.dtype).reshape(x.shape)
