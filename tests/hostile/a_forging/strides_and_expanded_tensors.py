"""Returns expanded, overlapping and out-of-range strided views of one value.

expect: verdict=failed, score<=0
"""
import torch

one = torch.ones(1)
sum_of_cubes = lambda x: one.expand(1).as_strided((), ())
gradient_by_autograd = lambda x: one.expand(x.shape)
gradient_by_hand = lambda x: torch.ones(64).as_strided(x.shape, (0,) * x.dim())
