"""Takes 4 GB in tensors, and keeps them.

expect: verdict=failed|crashed|timed_out, score<=0
"""
import torch

kept = []


def take(x):
    for _ in range(64):
        kept.append(torch.ones(16 << 20))
    return x


sum_of_cubes = gradient_by_autograd = gradient_by_hand = take
