"""Reads from address zero.

expect: verdict=crashed, score<=0, says=segmentation fault
"""
import ctypes

sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: ctypes.string_at(0)
