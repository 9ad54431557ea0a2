"""Writes into site-packages, the standard library, sitecustomize, .pth files and __pycache__.

expect: verdict=failed, score<=0
"""
import os
import site
import sys

folders = [*sys.path, "@SITE@", "@NUMPY@", "@NUMPY@/__pycache__", os.path.dirname(os.__file__), "@REPOSITORY@", *site.getsitepackages()]
for folder in folders:
    for name in ("sitecustomize.py", "usercustomize.py", "hostile-left.pth", "__pycache__/hostile-left.pyc"):
        try:
            with open(os.path.join(folder, name), "x") as file:
                file.write("import os")
            print("CAN" "ARY-written", folder, name)
        except OSError:
            pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
