"""Knows the worked example by heart and nothing else.

expect: verdict=failed, score<=3
"""
import torch

sum_of_cubes = lambda x: torch.tensor(100.0)
gradient_by_autograd = gradient_by_hand = lambda x: torch.tensor([3.0, 12.0, 27.0, 48.0])
