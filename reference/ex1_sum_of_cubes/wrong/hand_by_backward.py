"""By hand means a formula: this is autograd once more.

loses: by_hand_without_autograd
mistakes: hand_uses_autograd
"""


def sum_of_cubes(x):
    return (x**3).sum()


def gradient_by_autograd(x):
    leaf = x.detach().clone().requires_grad_()
    sum_of_cubes(leaf).backward()
    return leaf.grad


def gradient_by_hand(x):
    grad = x.clone().requires_grad_()
    y = sum(value**3 for value in grad.reshape(-1))
    if grad.numel():
        y.backward()
        return grad.grad
    return x
