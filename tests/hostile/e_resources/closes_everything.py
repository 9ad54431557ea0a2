"""Closes every descriptor, its channel and its output among them.

expect: verdict=crashed, score<=0
"""
import os

os.closerange(0, 1024)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
