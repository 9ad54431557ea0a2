"""Returns empty tensors that claim an extent of 2 ** 39.

expect: verdict=failed, score<=0
"""
import torch

sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: torch.empty(0, 1 << 39)
