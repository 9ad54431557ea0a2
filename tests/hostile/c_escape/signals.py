"""Sends deadly signals to its parent, to the grader, to its group, to everyone.

expect: verdict=failed|crashed, score<=0
"""
import os
import signal

for pid in (os.getppid(), int("@GRADER@"), 1, 0, -1, -os.getpgrp(), -os.getppid()):
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP, 0):
        for send in (os.kill, os.killpg):
            try:
                send(pid, number)
                print("CAN" "ARY-signal", pid, number, flush=True)
            except (OSError, OverflowError):
                pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
