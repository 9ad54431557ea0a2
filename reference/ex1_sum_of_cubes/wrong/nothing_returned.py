"""Prints everything and returns nothing.

loses: sum_worked, sum_general, autograd_worked, autograd_general, autograd_used, no_accumulation, by_hand_worked, by_hand_general, by_hand_without_autograd, untouched
mistakes: returned_none
"""

import torch


def sum_of_cubes(x):
    print((x**3).sum())


def gradient_by_autograd(x):
    x = x.clone().requires_grad_()
    (x**3).sum().backward()
    print(x.grad)


def gradient_by_hand(x):
    print(3 * x**2)
