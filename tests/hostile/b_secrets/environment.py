"""Prints its environment as Python, libc and the kernel know it, and its command line.

expect: verdict=failed, score<=0, says=OMP_NUM_THREADS
"""
import ctypes
import os
import sys

print(dict(os.environ))
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
index = 0
while environ[index] is not None:
    print(environ[index])
    index += 1
print(sys.argv, sys.orig_argv)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
