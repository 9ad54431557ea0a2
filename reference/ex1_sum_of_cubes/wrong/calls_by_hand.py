"""The function for autograd calls the one by hand.

loses: autograd_used, no_accumulation, untouched
mistakes: hand_formula
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    x = x.clone().requires_grad_(True)
    with torch.no_grad():
        return gradient_by_hand(x)


def gradient_by_hand(x):
    return 3 * x**2
