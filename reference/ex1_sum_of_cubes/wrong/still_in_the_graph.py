"""Returns gradients that still require grad.

loses: autograd_general, by_hand_general
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    return torch.autograd.grad(sum_of_cubes(leaf), leaf, create_graph=True)[0]


def gradient_by_hand(x):
    x = x.clone().requires_grad_()
    return 3 * x**2
