"""Reads the grader's own package and the checks beside it, by path, loader and resource.

expect: verdict=failed, score<=0
"""
import importlib.util
import linecache
import pkgutil
import sys

inside = sys.modules["grader.sandbox.inside.program"].__file__
package = inside.partition("/sandbox/")[0]
paths = [inside, f"{package}/grading.py", f"{package}/judge.py", f"{package}/exercises", f"{package}/../exercises/ex1_sum_of_cubes/checks.py"]
for path in paths:
    if linecache.getlines(path):
        print("CAN" "ARY-source", path)
    try:
        print("CAN" "ARY-opened", open(path).read(100))
    except OSError:
        pass
    try:
        print("CAN" "ARY-data", sys.modules["grader.sandbox"].__loader__.get_data(path)[:100])
    except OSError:
        pass
try:
    print("CAN" "ARY-resource", pkgutil.get_data("grader", "grading.py")[:100])
except (OSError, ImportError):
    pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
