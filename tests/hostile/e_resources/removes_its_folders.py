"""Removes and moves the folder that the grader will write into, and its own source.

expect: verdict=failed|crashed, score<=7, exercise=probe
"""
import os

import torch

os.unlink("../submission.py")
os.rename("../work", "../elsewhere")
identity = lambda x: x
build_model = lambda: torch.nn.Linear(2, 1)
file_size = lambda path: os.stat("../elsewhere").st_size
