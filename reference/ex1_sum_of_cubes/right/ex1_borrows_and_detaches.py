"""Borrows the caller's tensor and gives it back with detach_()."""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    x.requires_grad_()
    (gradient,) = torch.autograd.grad(sum_of_cubes(x), x)
    x.detach_()
    return gradient


def gradient_by_hand(x):
    return 3 * x**2
