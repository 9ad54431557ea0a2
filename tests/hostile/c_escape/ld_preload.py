"""Sets LD_PRELOAD, PYTHONPATH and PYTHONSTARTUP for whatever is started next, and starts itself again.

expect: verdict=failed, score<=0
"""
import os
import sys

open("hostile-left.so", "wb").close()
os.environ.update(LD_PRELOAD=os.path.abspath("hostile-left.so"), PYTHONPATH=os.getcwd(), PYTHONSTARTUP="hostile-left.py", PYTHONINSPECT="1")
try:
    os.execv(sys.executable, [sys.executable, "-c", "print(1)"])
except OSError:
    pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
