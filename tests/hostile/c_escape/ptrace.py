"""Traces its parent, and the grader.

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


for pid in (int("@GRADER@"), __import__("os").getppid()):
    attempt("attach", 101, 117, 16, pid, 0, 0)
    attempt("seize", 101, 117, 0x4206, pid, 0, 0)
attempt("traceme", 101, 117, 0, 0, 0, 0)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
