"""Makes a program in memory and executes it; executes programs from the disk.

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
import subprocess

attempt("memfd_create", 319, 279, b"hostile-left", 0)
attempt("memfd_secret", 447, 447, 0)
arguments = (ctypes.c_char_p * 2)(b"/bin/true", None)
for path in (b"/bin/true", b"/usr/bin/id", b"/proc/self/exe"):
    attempt("execve", 59, 221, path, arguments, arguments)
    attempt("execveat", 322, 281, -100, path, arguments, arguments, 0)
for start in (lambda: subprocess.run(["/bin/true"]), lambda: os.system("true") and 1 / 0, lambda: os.posix_spawn("/bin/true", ["x"], {}), os.fork, os.forkpty):
    try:
        start()
        print("CAN" "ARY-process", start)
    except (OSError, ZeroDivisionError):
        pass
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
