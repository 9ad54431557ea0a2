"""NumPy does the work by hand; autograd goes through an inner product."""
import numpy as np
import torch as t


def sum_of_cubes(x):
    flat = x.reshape(-1)
    return t.dot(flat * flat, flat)


def gradient_by_autograd(x):
    with t.enable_grad():
        leaf = t.tensor(x.numpy(), requires_grad=True)
        sum_of_cubes(leaf).backward()
    return leaf.grad


def gradient_by_hand(x):
    a = x.detach().numpy()
    return t.from_numpy(np.asarray(3 * np.power(a, 2), dtype=a.dtype))
