"""The sum is right, but what is differentiated is the mean.

loses: autograd_worked, autograd_general
mistakes: mean_not_sum
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    x = x.clone().requires_grad_()
    loss = (x**3).mean()
    loss.backward()
    return x.grad


def gradient_by_hand(x):
    return 3 * x**2
