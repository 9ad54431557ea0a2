"""Squares in place of cubes, in the function and in the formula.

loses: sum_worked, sum_general, autograd_worked, autograd_general, by_hand_worked, by_hand_general, by_hand_without_autograd
mistakes: squares_not_cubes
"""

import torch


def sum_of_cubes(x):
    return (x**2).sum()


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    sum_of_cubes(leaf).backward()
    return leaf.grad


def gradient_by_hand(x):
    return 2 * x
