"""Makes processes by every raw call there is; none may come to be.

expect: verdict=failed, score<=0
"""
import ctypes
import platform

libc = ctypes.CDLL(None, use_errno=True)
x86 = platform.machine() == "x86_64"


def attempt(name, on_x86, on_arm, *arguments):
    """Make a system call by its number, and say so where the kernel let it through."""
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    if libc.syscall(ctypes.c_long(on_x86 if x86 else on_arm), *words) >= 0:
        print("CAN" "ARY-escaped", name, flush=True)


import os

me = os.getpid()
if x86:
    attempt("fork", 57, 0)
attempt("clone", 56, 220, 17, 0, 0, 0, 0)
attempt("clone with a new user namespace", 56, 220, 0x10000011, 0, 0, 0, 0)
attempt("clone with the parent of its parent", 56, 220, 0x8011, 0, 0, 0, 0)
arguments = (ctypes.c_ulonglong * 11)(0, 0, 0, 0, 17)
attempt("clone3", 435, 435, arguments, 88)
if os.getpid() != me:
    os._exit(0)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
