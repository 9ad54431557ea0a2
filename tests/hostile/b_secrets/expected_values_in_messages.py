"""Hopes that a wrong answer is told the right one, and asks for it through every exception it can raise.

expect: verdict=failed, score<=0
"""
import sys
import traceback


def ask(x):
    raise ValueError(traceback.format_stack(), sys.exc_info(), [frame.f_locals for frame, _ in traceback.walk_stack(None)])


sum_of_cubes = gradient_by_autograd = gradient_by_hand = ask
