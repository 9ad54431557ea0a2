"""Makes namespaces of its own, enters those of others, mounts, pivots and chroots.

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


for flag in (0x10000000, 0x00020000, 0x40000000, 0x20000000, 0x08000000, 0x04000000):
    attempt("unshare", 272, 97, flag)
attempt("setns", 308, 268, 3, 0)
attempt("mount", 165, 40, b"none", b".", b"tmpfs", 0, None)
attempt("umount2", 166, 39, b"/proc", 2)
attempt("pivot_root", 155, 41, b".", b".")
attempt("chroot", 161, 51, b".")
attempt("open_tree", 428, 428, -100, b"/", 1)
attempt("fsopen", 430, 430, b"tmpfs", 0)
attempt("mount_setattr", 442, 442, -100, b"/", 0, None, 0)
sum_of_cubes = gradient_by_autograd = gradient_by_hand = lambda x: x  # wrong
