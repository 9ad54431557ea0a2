"""Sum-of-cubes gradient: the reference."""

import torch
from torch import Tensor


def sum_of_cubes(x: Tensor) -> Tensor:
    """The sum of x**3 over all elements: a 0-d tensor of x's dtype, through which autograd can go."""
    return (x**3).sum()


def gradient_by_autograd(x: Tensor) -> Tensor:
    """The gradient of sum_of_cubes with respect to x, by autograd: x's shape and dtype, not requiring grad."""
    leaf = x.detach().clone().requires_grad_()
    sum_of_cubes(leaf).backward()
    assert leaf.grad is not None
    return leaf.grad


def gradient_by_hand(x: Tensor) -> Tensor:
    """The same gradient without autograd, by the formula for the derivative: x's shape and dtype."""
    return 3 * x**2


if __name__ == "__main__":
    x = torch.tensor([1.0, 2.0, 3.0, 4.0])
    print("sum of cubes:        ", sum_of_cubes(x))
    print("gradient by autograd:", gradient_by_autograd(x))
    print("gradient by hand:    ", gradient_by_hand(x))
    print("do they agree?       ", torch.allclose(gradient_by_autograd(x), gradient_by_hand(x)))
