"""Numerical differences, vectorised: close, but no derivative.

loses: autograd_worked, autograd_general, autograd_used, no_accumulation, untouched
mistakes: numerical_differences
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x, h=1e-3):
    return ((x + h) ** 3 - x**3) / h


def gradient_by_hand(x):
    return 3 * x**2
