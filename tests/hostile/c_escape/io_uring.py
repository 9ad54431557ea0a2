"""Sets up an io_uring, whose requests no filter sees.

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


parameters = ctypes.create_string_buffer(120)
attempt("io_uring_setup", 425, 425, 4, parameters)
attempt("io_uring_register", 427, 427, 3, 0, None, 0)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
