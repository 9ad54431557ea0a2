"""Catches the gradient in a hook on its way to the leaf."""

import torch


def sum_of_cubes(x):
    return torch.einsum("i,i,i->", *[x.flatten()] * 3)


def gradient_by_autograd(x):
    caught = []
    leaf = x.detach().requires_grad_()
    leaf.register_hook(caught.append)
    sum_of_cubes(leaf).backward()
    return caught[0].clone()


def gradient_by_hand(x):
    answer = x.new_full(x.shape, 3)
    answer *= x
    answer *= x
    return answer
