"""Calls backward() twice on one graph.

loses: autograd_worked, autograd_general
mistakes: accumulated
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    x = x.detach().clone().requires_grad_()
    y = sum_of_cubes(x)
    y.backward(retain_graph=True)
    y.backward()
    return x.grad


def gradient_by_hand(x):
    return 3 * x**2
