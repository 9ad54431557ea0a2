"""Opens files by handle, past every path rule, and watches folders.

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


handle = ctypes.create_string_buffer(b"\x80\0\0\0" + bytes(200))
mount = ctypes.c_int()
attempt("name_to_handle_at", 303, 264, -100, b"@HOME@/.netrc", handle, ctypes.byref(mount), 0)
attempt("open_by_handle_at", 304, 265, -100, handle, 0)
attempt("fanotify_init", 300, 262, 0, 0)
attempt("inotify_init1", 294, 26, 0)
attempt("landlock_create_ruleset", 444, 444, ctypes.create_string_buffer(b"\1" + bytes(7)), 8, 0)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
