"""torch.autograd.grad, which accumulates nothing."""
import torch


def sum_of_cubes(x):
    return x.pow(3).sum()


def gradient_by_autograd(x):
    x = x.clone().requires_grad_(True)
    (gradient,) = torch.autograd.grad(sum_of_cubes(x), x)
    return gradient


def gradient_by_hand(x):
    return 3 * x * x
