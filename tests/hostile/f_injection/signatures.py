r"""Has a signature whose text is a program: defaults and annotations with escapes in their repr.

expect: verdict=failed, score<=0
"""


class Loud:
    def __repr__(self):
        return "payload\x1b[2J<script>\n::error::"


def sum_of_cubes(*, a: Loud() = Loud(), b):
    return a


class Signed:
    def __call__(self, x):
        return x

    @property
    def __signature__(self):
        raise SystemExit(0)


gradient_by_autograd = Signed()
gradient_by_hand = Loud()
