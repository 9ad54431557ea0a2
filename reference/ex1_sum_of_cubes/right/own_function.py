"""A custom autograd.Function that keeps its input on ctx."""

import torch


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.x = x
        return x**3

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * 3 * ctx.x**2


def sum_of_cubes(x):
    return Cube.apply(x).sum()


def gradient_by_autograd(x):
    leaf = x.detach().clone()
    leaf.requires_grad = True
    y = sum_of_cubes(leaf)
    y.backward()
    return leaf.grad.detach()


def gradient_by_hand(x):
    return x**2 + x**2 + x**2
