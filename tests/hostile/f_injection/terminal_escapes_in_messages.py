r"""Raises exceptions whose text and type name hold escapes and an overwriting carriage return.

expect: verdict=failed, score<=0, says=payload
"""
sum_of_cubes = lambda x: (_ for _ in ()).throw(ValueError("payload \x1b]0;title\x07 \x1b[2J 10 of 10\rPASSED"))


def gradient_by_autograd(x):
    raise type("Error\x1b[31m\x07<b>", (Exception,), {})("payload")


def gradient_by_hand(x):
    raise SystemExit("payload \x1b[8m \u202e reversed")
