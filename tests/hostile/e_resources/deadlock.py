"""Waits for a lock that it holds itself, and for a thread that waits for it.

expect: verdict=timed_out, score<=0, says=stopped after
"""
import threading

lock = threading.Lock()


def wait(x):
    lock.acquire()
    lock.acquire()


sum_of_cubes = gradient_by_autograd = gradient_by_hand = wait
