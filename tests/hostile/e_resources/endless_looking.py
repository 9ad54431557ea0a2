"""Makes the orders slow that look at what a call left: they are not calls, and yet its own code runs.

expect: verdict=timed_out, score<=3, exercise=probe
"""
import time

import torch


class Slow(torch.nn.Linear):
    def named_parameters(self, *arguments, **keywords):
        time.sleep(2.5)
        return super().named_parameters(*arguments, **keywords)


identity = lambda x: x
build_model = lambda: Slow(2, 1)
file_size = lambda path: 0
