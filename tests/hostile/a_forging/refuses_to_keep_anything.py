"""Answers the orders that must give a handle with something that is none.

expect: verdict=failed|crashed, score<=3, exercise=probe
"""
import gc

for thing in gc.get_objects():
    if type(thing).__name__ == "Servant":
        thing._orders["put"] = lambda value: None
identity = lambda x: x
build_model = lambda: 5
file_size = lambda path: 123
