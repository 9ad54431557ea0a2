"""Raises an exception with a message of 100 MB and a name of one.

expect: verdict=failed|crashed|timed_out, score<=0
"""


def boast(x):
    raise type("E" * 1_000_000, (Exception,), {})("x" * 100_000_000)


sum_of_cubes = gradient_by_autograd = gradient_by_hand = boast
