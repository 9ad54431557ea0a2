"""Tries things out while it is imported, and prints on the way; the loose names below are those used above."""

import torch

def sum_of_cubes(x):
    cubes = x ** 3
    total = torch.sum(cubes)
    return total

def gradient_by_autograd(x):
    print("autograd on", tuple(x.shape))
    x = torch.clone(x.detach())
    x.requires_grad = True
    y = sum_of_cubes(x)
    y.backward()
    grad = x.grad
    return grad

def gradient_by_hand(x):
    grad = 3 * x ** 2
    return grad

x = torch.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=True)
y = sum_of_cubes(x)
y.backward()
print(y)
print(x.grad)
grad = gradient_by_autograd(x)
result = gradient_by_hand(x)
print(torch.equal(grad, result.detach()), x.grad is not None)
