"""Puts a file where the grader's working folder was.

expect: verdict=failed|crashed, score<=7, exercise=probe
"""
import os

import torch

os.rename("../work", "../elsewhere")
open("../work", "w").close()
identity = lambda x: x
build_model = lambda: torch.nn.Linear(2, 1)
file_size = lambda path: 123
