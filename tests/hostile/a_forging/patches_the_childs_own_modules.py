"""Rewrites the serving loop that it shares a process with: every order is obeyed with "passed".

expect: verdict=failed|crashed, score<=0
"""
import sys

for name, module in list(sys.modules.items()):
    if name.startswith("grader."):
        for value in list(vars(module).values()):
            if isinstance(value, type) and "obey" in vars(value):
                value.obey = lambda self, frame: type(frame)({"kind": "value", "id": frame.header["id"], "value": "passed"})
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
