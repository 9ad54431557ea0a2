"""Returns the sum in place of its gradient.

loses: autograd_worked, autograd_general, autograd_used, no_accumulation, untouched
mistakes: value_not_gradient
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    x = x.clone().requires_grad_()
    y = sum_of_cubes(x)
    y.backward()
    return y


def gradient_by_hand(x):
    return 3 * x**2
