"""One tensor for all calls, made when the module is imported.

loses: autograd_general, no_accumulation
mistakes: ignores_argument, accumulated
"""

import torch

x = torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(_):
    sum_of_cubes(x).backward()
    return x.grad


def gradient_by_hand(x):
    return 3 * x**2
