"""Prints one line of nearly a megabyte, and raises another.

expect: verdict=failed, score<=0
"""
print("payload" * 100_000)


def sum_of_cubes(x):
    raise ValueError("payload" * 100_000)


gradient_by_autograd = gradient_by_hand = sum_of_cubes
