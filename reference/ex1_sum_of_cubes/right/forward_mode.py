"""Forward mode: one directional derivative for each element, collected."""

import torch
import torch.autograd.forward_ad as fwAD


def sum_of_cubes(x: torch.Tensor) -> torch.Tensor:
    return torch.sum(torch.pow(x, 3))


def slope_along(x: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    with fwAD.dual_level():
        y = sum_of_cubes(fwAD.make_dual(x, direction))
        return fwAD.unpack_dual(y).tangent


def gradient_by_autograd(x: torch.Tensor) -> torch.Tensor:
    gradient = torch.zeros_like(x)
    for index in range(x.numel()):
        direction = torch.zeros_like(x)
        direction.view(-1)[index] = 1
        gradient.view(-1)[index] = slope_along(x, direction)
    return gradient


def gradient_by_hand(x: torch.Tensor) -> torch.Tensor:
    return 3.0 * torch.pow(x, 2)
