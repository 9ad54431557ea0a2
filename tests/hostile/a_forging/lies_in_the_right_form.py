"""Answers the orders that look at its tensors and models with records whose fields are of the wrong kinds.

expect: verdict=failed|crashed, score<=3, exercise=probe
"""
import gc

import torch

for thing in gc.get_objects():
    if type(thing).__name__ == "Servant":
        thing._orders["tensor"] = lambda value: {"value": "v", "requires_grad": 7, "grad": [], "device": None}
        thing._orders["module"] = lambda value: {
            "bases": 1, "is_sequential": "no", "training": None, "layers": [1], "parameters": [], "buffers": {"b": 2}
        }
        thing._orders["forwards"] = lambda value: 9
identity = lambda x: x
build_model = lambda: torch.nn.Linear(2, 1)
file_size = lambda path: 123
