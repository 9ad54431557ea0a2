"""Only the sum is one of squares; it adds up to 30 at the worked example, as 3 * x does.

loses: sum_worked, sum_general
mistakes: squares_not_cubes
"""

import torch


def sum_of_cubes(x):
    return torch.sum(x * x)


def gradient_by_autograd(x):
    return torch.func.grad(lambda t: (t**3).sum())(x)


def gradient_by_hand(x):
    return 3 * x**2
