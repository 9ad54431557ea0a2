"""Giving up what the child may hold over the machine: groups, capabilities, the way back to them, its user's count."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import struct
from pathlib import Path

from . import kernel, namespaces
from .syscall_numbers import number

CAPABILITY_VERSION_3 = 0x20080522
CAP_SETGID, CAP_SETPCAP, CAP_SYS_ADMIN = 6, 8, 21
LAST_CAPABILITY = 63
COUNTING_UIDS = 0x70000000
"""Real user ids from here on are nobody's; children of root take one each, by their process id."""


def effective_capabilities() -> int:
    """The capabilities this process can use now, one bit each (linux/capability.h)."""
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    data = ctypes.create_string_buffer(24)
    kernel.syscall(number("capget"), header, data)
    low, _, _, high, _, _ = struct.unpack("=6I", data.raw)
    return int(low | high << 32)


def holds(capability: int) -> bool:
    """Is this capability in effect?"""
    return bool(effective_capabilities() >> capability & 1)


def count_alone() -> bool:
    """Give this process a user count of its own, so that RLIMIT_NPROC counts its threads and nothing else.

    As root by a real user id that no one else has: the kernel exempts uid 0 from that limit. The effective id
    stays, since it owns and opens the files (os.access(), which asks for the real one, answers too
    pessimistically). Otherwise by a user namespace of its own. False where the machine allows neither.
    """
    try:
        if os.getuid() == 0:
            os.setresuid(COUNTING_UIDS + os.getpid(), -1, -1)
            return True
    except PermissionError:
        return False
    except OSError as refusal:  # a container whose ids are mapped: its uid 0 is not the one that is exempt
        if refusal.errno != errno.EINVAL:
            raise
    return namespaces.own_users()


def drop_for_children() -> None:
    """In the zygote: give up, for all its children, what is dear to give up: groups and the bounding set.

    A process that may change neither keeps them; they mean nothing without capabilities and with no-new-privs.
    """
    if holds(CAP_SETGID) and _groups_can_change():
        os.setgroups([])
    kernel.libc().prctl(kernel.PR_CAP_AMBIENT, kernel.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    if holds(CAP_SETPCAP):
        for capability in range(LAST_CAPABILITY + 1):
            if kernel.libc().prctl(kernel.PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
                break  # one past the last that this kernel knows


def _groups_can_change() -> bool:
    """Not so in a user namespace that an unprivileged process made: its groups stay those of the user."""
    try:
        return Path("/proc/self/setgroups").read_text(encoding="ascii").strip() == "allow"
    except FileNotFoundError:  # a kernel without user namespaces
        return True


def drop_capabilities() -> None:
    """Empty the capability sets of the calling process. Raises OSError."""
    kernel.syscall(number("capset"), struct.pack("=Ii", CAPABILITY_VERSION_3, 0), bytes(24))
    if effective_capabilities():
        raise PermissionError("capabilities are still in effect after dropping them")


def die_with(parent: int) -> None:
    """Have the kernel kill this process when `parent`, a single-threaded process, ends. Raises if it already has.

    A change of credentials clears the setting, so this comes after them.
    """
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        raise ProcessLookupError("the parent ended while its child was being confined")


def seal() -> None:
    """No way up again (no-new-privs), and nothing of the same user may trace or read this process."""
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
