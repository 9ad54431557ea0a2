"""Three times the square."""


def f(x):
    raise NotImplementedError
