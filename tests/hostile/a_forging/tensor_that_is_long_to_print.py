"""Returns tensors of many dimensions of six each: torch shortens only longer ones, so all 1.7 million numbers would be printed.

expect: verdict=failed|timed_out, score<=0, says=shape, seconds=3
"""
import torch

sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: torch.zeros((6,) * 8)
