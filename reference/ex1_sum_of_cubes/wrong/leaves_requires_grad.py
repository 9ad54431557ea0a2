"""Switches requires_grad on for the caller's tensor and leaves it on; the .grad is cleared.

loses: untouched
mistakes: left_behind
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    x.requires_grad = True
    sum_of_cubes(x).backward()
    answer = x.grad
    x.grad = None
    return answer


def gradient_by_hand(x):
    return 3 * x**2
