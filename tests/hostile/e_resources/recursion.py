"""Recurses without end: in Python, in C by way of repr, and with the limit lifted.

expect: verdict=failed|crashed|timed_out, score<=0
"""
import sys


def sum_of_cubes(x):
    return sum_of_cubes(x)


def gradient_by_autograd(x):
    deep = []
    for _ in range(200_000):
        deep = [deep]
    sys.setrecursionlimit(10 ** 6)
    return repr(deep)


def gradient_by_hand(x):
    sys.setrecursionlimit(10 ** 9)
    return gradient_by_hand(x)
