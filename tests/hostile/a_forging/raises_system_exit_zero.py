"""Leaves through sys.exit(0) and quit(), hoping that a clean end reads as success.

expect: verdict=failed, score<=0, says=SystemExit
"""
import sys

sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: sys.exit(0)
