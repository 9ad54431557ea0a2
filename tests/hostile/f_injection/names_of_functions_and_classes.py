r"""Gives functions, classes and modules names with markup and escapes, which messages and traces repeat.

expect: verdict=failed, score<=0
"""


def bad(x):
    raise ValueError("payload")


bad.__code__ = bad.__code__.replace(co_name="<script>\x1b[31m\n::error::payload")
bad.__name__ = bad.__qualname__ = "<b>\x1b]0;x\x07"
sum_of_cubes = bad
gradient_by_autograd = type("\x1b[31m<b>payload", (), {"__module__": "::error::"})
gradient_by_hand = "\x1b[31m<script>"
