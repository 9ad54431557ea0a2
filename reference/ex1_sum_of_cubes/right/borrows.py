"""Borrows the caller's tensor, and gives it back as it was."""

import torch


def sum_of_cubes(x):
    return torch.sum(x**3)


def gradient_by_autograd(x):
    before = x.requires_grad
    x.requires_grad_(True)
    try:
        sum_of_cubes(x).backward()
        answer = x.grad.clone()
    finally:
        x.grad = None
        x.requires_grad_(before)
    return answer


def gradient_by_hand(x):
    with torch.no_grad():
        return x.pow(2).mul(3)
