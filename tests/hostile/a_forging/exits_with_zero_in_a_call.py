"""Ends with exit code 0 in each call, hoping that 0 reads as success.

expect: verdict=crashed, score<=0, says=ended by itself (code 0)
"""
import os

sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: os._exit(0)
