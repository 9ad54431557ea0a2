"""Returns a wrapper tensor without storage whose __torch_dispatch__ would have to give its bytes.

With ex1's own limits, since the first __torch_dispatch__ of a process has torch import sympy, for half a second.
expect: verdict=failed|crashed, score<=0, exercise=usual
"""
import torch


class Hollow(torch.Tensor):
    @staticmethod
    def __new__(cls, like):
        return torch.Tensor._make_wrapper_subclass(cls, like.shape, dtype=like.dtype)

    def __init__(self, like):
        self.like = like

    @classmethod
    def __torch_dispatch__(cls, function, types, arguments=(), keywords=None):
        return arguments[0].like if isinstance(arguments[0], Hollow) else arguments[0]


sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: Hollow(x)
