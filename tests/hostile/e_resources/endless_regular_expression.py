"""Stays in C code that lets no Python signal handler run.

expect: verdict=timed_out, score<=0, says=stopped after
"""
import re

sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: re.match("(a*)*b", "a" * 40)
