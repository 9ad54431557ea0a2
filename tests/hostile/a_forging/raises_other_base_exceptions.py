"""Raises KeyboardInterrupt and GeneratorExit, which a careless `except Exception` lets through.

expect: verdict=failed, score<=0, says=KeyboardInterrupt
"""


def sum_of_cubes(x):
    raise KeyboardInterrupt


def gradient_by_autograd(x):
    raise GeneratorExit


def gradient_by_hand(x):
    raise StopIteration
