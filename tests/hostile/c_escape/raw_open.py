"""Opens secrets by raw system calls, since Python may have been patched but the kernel has not.

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


attempt("openat", 257, 56, -100, b"@HOME@/.netrc", 0, 0)
attempt("openat2", 437, 437, -100, b"@HOME@/.netrc", (ctypes.c_ulonglong * 3)(), 24)
attempt("openat for writing", 257, 56, -100, b"@HOME@/.bashrc", 1 | 0o1000, 0)
attempt("truncate", 76, 45, b"@HOME@/.netrc", 0)
if x86:
    attempt("open", 2, 0, b"@HOME@/.netrc", 0)
    attempt("creat", 85, 0, b"@HOME@/hostile-left", 0o600)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
