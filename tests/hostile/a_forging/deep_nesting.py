"""Returns a list in a list in a list, 100,000 deep, and one that holds itself.

expect: verdict=failed|timed_out, score<=0
"""


def sum_of_cubes(x):
    value = []
    for _ in range(100_000):
        value = [value]
    return value


def gradient_by_autograd(x):
    value = {}
    value["again"] = value
    return value


def gradient_by_hand(x):
    value = []
    value.append([value, value])
    return value
