"""Prints without end.

expect: verdict=crashed, score<=0, says=printed without end
"""


def shout(x):
    while True:
        print("x" * 10_000)


sum_of_cubes = gradient_by_autograd = gradient_by_hand = shout
