"""Knows the worked example by heart.

loses: sum_general, autograd_general, autograd_used, no_accumulation, by_hand_general, by_hand_without_autograd, untouched
mistakes: ignores_argument
"""

import torch


def sum_of_cubes(x):
    return torch.tensor(100.0)


def gradient_by_autograd(x):
    return torch.tensor([3.0, 12.0, 27.0, 48.0])


def gradient_by_hand(x):
    return torch.tensor([3.0, 12.0, 27.0, 48.0])
