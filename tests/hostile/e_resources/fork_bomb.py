"""Forks, and lets its children fork (at most 30 in all here).

expect: verdict=failed, score<=0
"""
import ctypes
import os
import time

ctypes.CDLL(None).prctl(15, b"hostile-left", 0, 0, 0)
for _ in range(5):
    try:
        if os.fork() == 0:
            time.sleep(20)
            os._exit(0)
        print("CAN" "ARY-forked", flush=True)
    except OSError:
        pass
ctypes.CDLL(None).prctl(15, b"python", 0, 0, 0)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
