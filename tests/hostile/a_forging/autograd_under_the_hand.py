"""Computes "by hand" with autograd, switching the grader's hooks off by the same door that put them on.

expect: verdict=failed|passed, score<=8
"""
import sys
from contextlib import nullcontext

import torch

program = sys.modules["grader.sandbox.inside.program"]
bend, program._bent_autograd = program._bent_autograd, nullcontext


def sum_of_cubes(x):
    return (x ** 3).sum()


def by_autograd(x):
    x = x.detach().clone().requires_grad_(True)
    return torch.autograd.grad(sum_of_cubes(x), x)[0]


def gradient_by_autograd(x):
    frame = sys._getframe(1)
    with bend() if frame.f_locals.get("bend_autograd") else nullcontext():
        return by_autograd(x)


gradient_by_hand = by_autograd
