"""Returns an object that is equal to everything, of every length, every type.

expect: verdict=failed, score<=0, says=an object of type
"""
import torch


class Everything:
    shape, dtype, requires_grad, grad = torch.Size([4]), torch.float32, False, None
    __class__ = torch.Tensor
    __eq__ = __ge__ = __le__ = __bool__ = __contains__ = lambda self, *_: True
    __hash__ = None

    def __getattr__(self, name):
        return self

    def __call__(self, *_, **__):
        return self

    def __len__(self):
        return 4


sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: Everything()
