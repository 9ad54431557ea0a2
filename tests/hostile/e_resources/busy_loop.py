"""Never ends a call.

expect: verdict=timed_out, score<=0, says=stopped after 1 seconds
"""


def spin(x):
    while True:
        pass


sum_of_cubes = gradient_by_autograd = gradient_by_hand = spin
