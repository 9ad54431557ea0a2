"""Stops itself (SIGSTOP): a stopped process takes no processor time and answers nothing.

expect: verdict=timed_out, score<=0, says=stopped after
"""
import os
import signal

sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: os.kill(os.getpid(), signal.SIGSTOP)
