"""Aborts, and dies of other signals of its own.

expect: verdict=crashed, score<=0, says=aborted
"""
import os
import signal

sum_of_cubes = lambda x: os.abort()
gradient_by_autograd = lambda x: os.kill(os.getpid(), signal.SIGBUS)
gradient_by_hand = lambda x: os.kill(os.getpid(), signal.SIGKILL)
