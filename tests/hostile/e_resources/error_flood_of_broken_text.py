"""Writes half a megabyte of bytes that are no text to standard error.

expect: verdict=failed, score<=0
"""
import os

for _ in range(50):
    os.write(2, bytes(range(256)) * 40)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
