"""Checks its own answers with assertions, and holds one against the other in a test of its own."""

import unittest

import torch


def sum_of_cubes(x):
    assert torch.is_tensor(x)
    y = (x**3).sum()
    assert y.ndim == 0
    return y


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    leaf.retain_grad()
    y = sum_of_cubes(leaf)
    y.backward(retain_graph=True)
    assert leaf.grad.shape == x.shape
    return leaf.grad


def gradient_by_hand(x):
    grad = torch.empty_like(x)
    torch.mul(x, x, out=grad)
    return grad.add_(grad, alpha=2)


class Agreement(unittest.TestCase):
    def test_both_gradients_agree(self):
        x = torch.randn(3, 5)
        torch.testing.assert_close(gradient_by_autograd(x), gradient_by_hand(x))


unittest.main(exit=False)
