"""Numerical differences in double precision: right to seven digits, and still not autograd.

loses: autograd_general, autograd_used, no_accumulation, untouched
mistakes: numerical_differences
"""

import torch


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    h = 1e-4
    wide = x.double().reshape(-1)
    answer = torch.empty_like(wide)
    for i in range(wide.numel()):
        up, down = wide.clone(), wide.clone()
        up[i] += h
        down[i] -= h
        answer[i] = (sum_of_cubes(up) - sum_of_cubes(down)) / (2 * h)
    return answer.reshape(x.shape).to(x.dtype)


def gradient_by_hand(x):
    return 3 * x**2
