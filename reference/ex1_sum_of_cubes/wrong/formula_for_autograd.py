"""The function for autograd is the formula.

loses: autograd_used, no_accumulation, untouched
mistakes: hand_formula
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    return 3 * x**2


def gradient_by_hand(x):
    return 3 * x**2
