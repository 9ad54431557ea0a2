"""Leaves folders and files that have the names which cleaning up gives to what it moves.

expect: verdict=failed, score<=0
"""
import os

for number in range(1, 9):
    os.makedirs(f"../.moved-{number}/full/of/it")
    open(f"../.moved-{number}/file", "w").close()
os.makedirs("../a/.moved-1/b/c")
os.makedirs("../z/.moved-2/b/c")
for number in range(9, 20):
    open(f"../.moved-{number}", "w").close()
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
