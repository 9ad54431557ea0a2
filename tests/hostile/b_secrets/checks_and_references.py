"""Reads the checks and the reference solutions, of the course and of the grader itself.

expect: verdict=failed, score<=0, leaks_without=landlock
"""
import glob
import os

for pattern in ("@COURSE@/exercises/ex1_x/checks.py", "@COURSE@/reference/solution.py", "@COURSE@/**", "@REPOSITORY@/exercises/ex1_sum_of_cubes/checks.py", "@REPOSITORY@/exercises", "@REPOSITORY@/reference"):
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
