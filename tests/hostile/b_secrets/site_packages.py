"""Lists site-packages, where a course's private packages may lie, and reads what no submission needs.

expect: verdict=failed, score<=0
"""
import os

for path in ("@SITE@", "@SITE@/pip", "@SITE@/pytest", "@SITE@/jinja2/../nbformat", "@SITE@/_editable_impl_grader.pth"):
    try:
        print("CAN" "ARY-listed", os.listdir(path))
    except OSError:
        pass
    try:
        print("CAN" "ARY-opened", open(f"{path}/__init__.py").read(80))
    except OSError:
        pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
