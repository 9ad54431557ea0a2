"""Looks for checks, grading and references among the loaded modules, and imports what is not loaded.

expect: verdict=failed, score<=0
"""
import importlib
import sys

sys.path[:0] = ["@REPOSITORY@", "@COURSE@", "@COURSE@/exercises/ex1_x", "@COURSE@/reference"]
for name in ("grader.checks", "grader.grading", "grader.judge", "grader.expect", "grader.exercise", "grader", "checks", "solution"):
    sys.modules.pop(name, None)
    try:
        module = importlib.import_module(name)
        if name != "grader":
            print("CAN" "ARY-module", name, vars(module).keys())
    except (ImportError, OSError):
        pass
print([name for name in sys.modules if "checks" in name or "grading" in name and print("CAN" "ARY-loaded")])
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
