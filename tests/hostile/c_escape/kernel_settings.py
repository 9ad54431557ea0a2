"""Changes what concerns the whole machine: modules, clocks, names, ports, swap, accounting.

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


attempt("init_module", 175, 105, b"", 0, b"")
attempt("finit_module", 313, 273, 3, b"", 0)
attempt("kexec_load", 246, 104, 0, 0, None, 0)
attempt("settimeofday", 164, 170, (ctypes.c_long * 2)(0, 0), None)
attempt("clock_settime", 227, 112, 0, (ctypes.c_long * 2)(0, 0))
attempt("sethostname", 170, 161, b"hostile-left", 12)
attempt("swapoff", 168, 225, b"/hostile-left")
attempt("acct", 163, 89, b"hostile-left")
attempt("syslog", 103, 116, 3, ctypes.create_string_buffer(99), 99)
if x86:
    attempt("iopl", 172, 0, 3)
    attempt("modify_ldt", 154, 0, 1, ctypes.create_string_buffer(16), 16)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
