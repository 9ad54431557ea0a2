"""Becomes root again, or anyone else, and takes capabilities back.

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


for user in (0, 1000, 65534):
    attempt("setuid", 105, 146, user)
    attempt("setgid", 106, 144, user)
    attempt("setresuid", 117, 147, user, user, user)
    attempt("setgroups", 116, 159, 0, None)
attempt("capset", 126, 91, (ctypes.c_uint * 2)(0x20080522, 0), (ctypes.c_uint * 6)(*[0xFFFFFFFF] * 6))
attempt("setfsuid", 122, 151, 0)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
