"""Raises its limits, clears its death signal, becomes dumpable, changes its priority, gives itself a new session.

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
import resource

for which in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE, resource.RLIMIT_CORE):
    try:
        resource.setrlimit(which, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print("CAN" "ARY-limit", which)
    except (OSError, ValueError):
        pass
attempt("prlimit64 of the parent", 302, 261, os.getppid(), 7, (ctypes.c_ulong * 2)(9, 9), None)
attempt("clear the death signal", 157, 167, 1, 0, 0, 0, 0)
attempt("dumpable", 157, 167, 4, 1, 0, 0, 0)
attempt("seccomp off", 157, 167, 22, 0, 0, 0, 0)
attempt("setsid", 112, 157)
attempt("setpgid", 109, 154, 0, os.getppid())
attempt("nice", 141, 140, 0, 0, -20)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
