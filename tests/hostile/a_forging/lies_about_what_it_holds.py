"""Answers the orders that look at its tensors and models with numbers: none of them is a record.

expect: verdict=failed|crashed, score<=3, exercise=probe
"""
import sys

import torch

handles = sys.modules["grader.sandbox.inside.handles"].Handles
handles.tensor = handles.module = handles.forwards = lambda self, value: 5
import gc

for thing in gc.get_objects():
    if type(thing).__name__ == "Servant":
        for order in ("tensor", "module", "forwards", "watch"):
            thing._orders[order] = lambda value: 5
identity = lambda x: x
build_model = lambda: torch.nn.Linear(2, 1)
file_size = lambda path: 123
