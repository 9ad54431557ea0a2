"""Looks for the scratch folders of other submissions beside its own.

expect: verdict=failed, score<=0
"""
import glob
import os

for pattern in ("../../*", "../..", "../../..", "/tmp", "/tmp/grade-*/*/*", "/tmp/grade-*"):
    for path in [pattern, *glob.glob(pattern, recursive=True)]:
        try:
            with open(path, "rb") as file:
                print(file.read(3000).decode("utf-8", "replace"))
        except OSError:
            pass
        try:
            print(*os.listdir(path))
        except OSError:
            pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
