"""Turns everything into integers: right at the worked example, but for its dtype.

loses: sum_worked, sum_general, autograd_worked, autograd_general, autograd_used, no_accumulation, by_hand_worked, by_hand_general, by_hand_without_autograd, untouched
mistakes: integer_tensor
"""

import torch


def sum_of_cubes(x):
    return (x.long() ** 3).sum()


def gradient_by_autograd(x):
    x = x.detach().clone().requires_grad_()
    (x**3).sum().backward()
    return x.grad.int()


def gradient_by_hand(x):
    return 3 * x.long() ** 2
