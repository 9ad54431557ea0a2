"""Sets its input to zero in place, hoping that the expected value is computed from the same memory: 3 * 0 ** 2 is 0.

expect: verdict=failed, score<=0
"""


def sum_of_cubes(x):
    return x.zero_().sum()


def gradient_by_autograd(x):
    return x.zero_()


gradient_by_hand = gradient_by_autograd
