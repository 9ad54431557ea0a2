"""Leaves folders in folders, 1500 deep: longer than any path may be.

expect: verdict=failed|timed_out, score<=0
"""
import os

for _ in range(1500):
    os.mkdir("d")
    os.chdir("d")
open("file", "w").close()
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
