"""Returns answers that would fill the grader's memory: one of 2 GB out of 4 bytes, one of many parts, one string.

expect: verdict=failed|crashed|timed_out, score<=0
"""
import torch

sum_of_cubes = lambda x: torch.zeros(1).expand(1 << 29)
gradient_by_autograd = lambda x: [torch.zeros(1 << 20)] * 500
gradient_by_hand = lambda x: "x" * (100 << 20)
