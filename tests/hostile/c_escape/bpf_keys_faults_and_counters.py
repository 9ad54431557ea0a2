"""Uses bpf, keyctl, userfaultfd and perf_event_open.

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


attempt("bpf", 321, 280, 0, ctypes.create_string_buffer(72), 72)
attempt("keyctl", 250, 219, 0, -3, 1)
attempt("add_key", 248, 217, b"user", b"hostile-left", b"x", 1, -3)
attempt("userfaultfd", 323, 282, 0)
attempt("perf_event_open", 298, 241, ctypes.create_string_buffer(b"\1\0\0\0" + bytes(124)), 0, -1, -1, 0)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
