"""Makes an integer tensor, which cannot require gradients.

loses: autograd_worked, autograd_general, autograd_used, no_accumulation, untouched
mistakes: integer_tensor
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    x = torch.tensor([int(v) for v in x.flatten()], requires_grad=True)
    sum_of_cubes(x).backward()
    return x.grad


def gradient_by_hand(x):
    return 3 * x**2
