"""Returns what backward() returns, which is nothing.

loses: autograd_worked, autograd_general, autograd_used, no_accumulation, untouched
mistakes: returned_none
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    x = x.clone().requires_grad_()
    return sum_of_cubes(x).backward()


def gradient_by_hand(x):
    return 3 * x**2
