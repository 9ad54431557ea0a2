"""Returns floats, strings and tuples of classes that are equal to everything and lie about themselves.

expect: verdict=failed, score<=0
"""


class Number(float):
    __eq__ = lambda self, other: True
    __hash__ = float.__hash__
    __float__ = __sub__ = __rsub__ = __abs__ = lambda self, *_: 0.0


class Text(str):
    __eq__ = lambda self, other: True
    __hash__ = str.__hash__


class Many(tuple):
    __eq__ = lambda self, other: True
    __hash__ = tuple.__hash__


def sum_of_cubes(x):
    return Number(1)


def gradient_by_autograd(x):
    return Text("right")


def gradient_by_hand(x):
    return Many((1, 2))
