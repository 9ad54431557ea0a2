"""Plants links where the grader will write, read and clean up: names in its scratch that lead elsewhere.

expect: verdict=failed|crashed, score<=7, exercise=probe
"""
import os

import torch

for name in ("data.bin", "../submission.py", "link", "../link"):
    try:
        os.symlink("@HOME@/.netrc", name)
        print("CAN" "ARY-symlink")
    except OSError:
        pass
try:
    os.rename("../work", "../elsewhere")
    os.symlink("@HOME@", "../work")
except OSError:
    pass
identity = lambda x: x
build_model = lambda: torch.nn.Linear(2, 1)
file_size = lambda path: print(open(path).read())
