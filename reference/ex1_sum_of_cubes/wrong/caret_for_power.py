"""Writes the power with a caret, as on paper.

loses: sum_worked, sum_general, autograd_worked, autograd_general, autograd_used, no_accumulation, untouched
mistakes: xor_not_power
"""


def sum_of_cubes(x):
    return (x ^ 3).sum()


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    sum_of_cubes(leaf).backward()
    return leaf.grad


def gradient_by_hand(x):
    return 3 * x**2
