"""Verifies inside gradient_by_autograd, as the course text asks, that autograd and the formula agree."""

from torch.func import *  # noqa: F403

import torch


def sum_of_cubes(x):
    return x.mul(x).mul(x).sum()


def gradient_by_hand(x):
    return torch.addcmul(torch.zeros_like(x), x, x, value=3)


def gradient_by_autograd(x):
    gradient = jacrev(sum_of_cubes)(x)  # noqa: F405
    again = torch.autograd.Variable(x, requires_grad=True)
    torch.autograd.backward([sum_of_cubes(again)])
    assert torch.allclose(gradient, again.grad)
    assert torch.allclose(gradient, gradient_by_hand(x)), "autograd and the formula differ"
    return gradient
