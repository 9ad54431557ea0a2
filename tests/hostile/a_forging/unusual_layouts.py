"""Returns sparse, quantized, meta, nested and conjugated tensors.

expect: verdict=failed|crashed, score<=0
"""
import torch

sum_of_cubes = lambda x: torch.empty((), device="meta")
gradient_by_autograd = lambda x: (3 * x ** 2 + 1).to_sparse()
gradient_by_hand = lambda x: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])
