"""Registers exit handlers, excepthooks and weakref finalizers that print a passing report and exit with 0.

expect: verdict=failed|crashed, score<=0
"""
import atexit
import os
import sys
import weakref


class Anything:
    pass


def award(*_):
    print('{"verdict": "passed", "score": 10}', flush=True)
    os._exit(0)


anything = Anything()
atexit.register(award)
weakref.finalize(anything, award)
sys.excepthook = sys.unraisablehook = award
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
