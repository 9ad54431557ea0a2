"""Makes calls in the x32 convention, under other numbers (on other machines: numbers that nobody knows).

expect: verdict=crashed|failed, score<=0
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


attempt("open as x32", 0x40000002, 9999, b"@HOME@/.netrc", 0)
attempt("fork as x32", 0x40000039, 9998)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
