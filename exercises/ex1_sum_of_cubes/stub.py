"""Sum-of-cubes gradient.

For a tensor x, let y be the sum of the cubes of its elements. Compute y, its gradient with respect to x by autograd,
and the same gradient by hand, from a formula.

x has any shape (0-d and empty too), dtype float32 or float64, and does not require grad. It belongs to the caller:
leave its values, its requires_grad and its .grad as they are.

    x = [1, 2, 3, 4]    ->    y = 100,  gradient = [3, 12, 27, 48]
"""

import torch
from torch import Tensor


def sum_of_cubes(x: Tensor) -> Tensor:
    """The sum of x**3 over all elements: a 0-d tensor of x's dtype, through which autograd can go."""
    raise NotImplementedError


def gradient_by_autograd(x: Tensor) -> Tensor:
    """The gradient of sum_of_cubes with respect to x, by autograd: x's shape and dtype, not requiring grad."""
    raise NotImplementedError


def gradient_by_hand(x: Tensor) -> Tensor:
    """The same gradient without autograd, by the formula for the derivative: x's shape and dtype."""
    raise NotImplementedError


if __name__ == "__main__":
    x = torch.tensor([1.0, 2.0, 3.0, 4.0])
    print("sum of cubes:        ", sum_of_cubes(x))
    print("gradient by autograd:", gradient_by_autograd(x))
    print("gradient by hand:    ", gradient_by_hand(x))
    print("do they agree?       ", torch.allclose(gradient_by_autograd(x), gradient_by_hand(x)))
