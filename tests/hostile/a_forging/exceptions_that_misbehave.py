"""Raises exceptions whose text, name and traceback are programs of their own.

expect: verdict=failed|crashed, score<=0
"""


class Shy(Exception):
    def __str__(self):
        raise self


class Text(str):
    def __getitem__(self, index):
        return object()


class Strange(Exception):
    def __str__(self):
        return Text("x")


class Endless(Exception):
    def __str__(self):
        return str(self)


def sum_of_cubes(x):
    raise Shy


def gradient_by_autograd(x):
    raise Strange


def gradient_by_hand(x):
    raise Endless
