"""The thin line to the Linux kernel: libc's syscall(), prctl(), unshare() and mount() through ctypes.

Nothing here decides anything. Numbers are the kernel's own (include/uapi/linux); see syscall_numbers for
the table of system calls.
"""

from __future__ import annotations

import ctypes
import functools
import os

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWNET = 0x40000000

MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_REC, MS_PRIVATE = 2, 4, 8, 32, 1 << 14, 1 << 18
MNT_DETACH = 2

MADV_COLLAPSE = 25  # Linux 6.1


@functools.cache
def libc() -> ctypes.CDLL:
    """The C library this interpreter already runs on, opened once, in the zygote."""
    handle = ctypes.CDLL(None, use_errno=True)
    handle.syscall.restype = ctypes.c_long
    handle.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    handle.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    handle.unshare.argtypes = [ctypes.c_int]
    handle.umount2.argtypes = [ctypes.c_char_p, ctypes.c_int]
    handle.mount.argtypes = [ctypes.c_char_p] * 3 + [ctypes.c_ulong, ctypes.c_char_p]
    return handle


def syscall(number: int, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """Make one system call; integers go as full machine words. Raises OSError with the kernel's errno."""
    words = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    result = int(libc().syscall(ctypes.c_long(number), *words))
    if result < 0:
        raise os_error(f"system call {number}")
    return result


def prctl(option: int, value: int = 0) -> int:
    """Set one attribute of the calling process. Raises OSError."""
    result = int(libc().prctl(option, value, 0, 0, 0))
    if result < 0:
        raise os_error(f"prctl {option}")
    return result


def unshare(flags: int) -> None:
    """Leave the shared namespaces named by `flags`, all or none. Raises OSError."""
    if libc().unshare(flags) != 0:
        raise os_error("unshare")


def mount(target: str, flags: int, *, kind: str = "none", options: str = "") -> None:
    """Mount a file system that needs no device, or change how one is mounted. Raises OSError."""
    if libc().mount(kind.encode(), os.fsencode(target), kind.encode(), flags, options.encode()) != 0:
        raise os_error(f"mount on {target}")


def unmount(target: str) -> None:
    """Take away what is mounted there, now for new users and with the last one for good. Raises OSError."""
    if libc().umount2(os.fsencode(target), MNT_DETACH) != 0:
        raise os_error(f"unmount {target}")


def advise(start: int, size: int, advice: int) -> bool:
    """Tell the kernel something about a range of memory. False where it cannot do as it is told everywhere there."""
    return int(libc().madvise(start, size, advice)) == 0


def os_error(what: str) -> OSError:
    """The OSError (or its fitting subclass) for the errno that the last call left."""
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")
