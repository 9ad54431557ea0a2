"""Makes a file of the name that the grader will write, before it does.

expect: verdict=failed|crashed, score<=7, exercise=probe
"""
import os

import torch


class Early(torch.nn.Linear):
    def forward(self, x):
        with open("data.bin", "w") as file:
            file.write("mine")
        return super().forward(x)


identity = lambda x: x
build_model = lambda: Early(2, 1)
file_size = lambda path: os.stat(path).st_size
