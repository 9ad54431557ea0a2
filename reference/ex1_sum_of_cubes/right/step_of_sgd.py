"""Lets an optimizer carry the gradient: x minus one step of SGD at learning rate 1."""

import torch
from torch import nn, optim


class SumOfCubes(nn.Module):
    def __init__(self, start):
        super().__init__()
        self.x = nn.Parameter(start)

    def forward(self):
        return sum_of_cubes(self.x)


def sum_of_cubes(x):
    return torch.stack([x, x, x]).prod(dim=0).sum()


def gradient_by_autograd(x):
    model = SumOfCubes(x.clone())
    optimizer = optim.SGD(model.parameters(), lr=1.0)
    optimizer.zero_grad()
    model().backward()
    optimizer.step()
    return (x - model.x).detach()


def gradient_by_hand(x):
    return sum((x**2 for _ in range(3)), torch.zeros_like(x))
