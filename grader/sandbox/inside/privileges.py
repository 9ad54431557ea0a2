"""Giving up what the child may hold over the machine: groups, capabilities, the way back to them, its user's count."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import struct
from collections.abc import Sequence
from pathlib import Path

from . import kernel, namespaces
from .syscall_numbers import number

CAPABILITY_VERSION_3 = 0x20080522
CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_FOWNER, CAP_KILL, CAP_SETGID, CAP_SETUID, CAP_SETPCAP = 0, 1, 3, 5, 6, 7, 8
CAP_SYS_ADMIN, CAP_SETFCAP = 21, 31
FOR_WALLS = (CAP_CHOWN, CAP_SETGID, CAP_SETUID, CAP_SYS_ADMIN, CAP_KILL, CAP_DAC_OVERRIDE, CAP_FOWNER)
"""What a zygote needs to make a child another user and to bound scratch; to end that child and to tidy up after it."""
LAST_CAPABILITY = 63
LOWLY_IDS = 0x70000000
"""User and group ids from here on are nobody's; children of root take one each, by their process id."""
NOBODY = 65534


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


def can_map_itself() -> bool:
    """Whether this process may stay who it is in a user namespace of its own: not any root may (user_namespaces(7))."""
    return os.geteuid() != 0 or holds(CAP_SETFCAP)


def lowly_id() -> int | None:
    """A user id without any rights for this process; None where the ids of a container have none to spare."""
    for wanted in (LOWLY_IDS + os.getpid(), NOBODY):
        if any(first <= wanted < first + count for first, _, count in _id_map()):
            return wanted
    return None


def can_become_lowly() -> bool:
    """Whether this process is root and may become another user and give folders away."""
    needed = (CAP_CHOWN, CAP_SETGID, CAP_SETUID)
    return os.geteuid() == 0 and all(map(holds, needed)) and lowly_id() is not None


def _id_map() -> list[tuple[int, ...]]:
    """The ids that this process may take: (first, first outside, how many)."""
    lines = Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()
    return [tuple(int(part) for part in line.split()) for line in lines]


def become(user: int, *, owning: Sequence[Path]) -> None:
    """As root: be this user and group and no other, for good, and give it the folders `owning`. Raises OSError."""
    for folder in owning:
        os.chown(folder, user, user)
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def count_alone() -> bool:
    """Give this process a user count of its own, so that RLIMIT_NPROC counts its threads and nothing else.

    A child of root has one, with an id that no one else has. As root, which the kernel exempts from that limit, by
    such a real id, while the effective one stays (os.access(), which asks for the real one, then answers too
    pessimistically). Otherwise by a user namespace of its own. False where the machine allows neither.
    """
    if os.getuid() >= LOWLY_IDS:
        return True
    try:
        if os.getuid() == 0:
            os.setresuid(LOWLY_IDS + os.getpid(), -1, -1)
            return True
    except PermissionError:
        return False
    except OSError as refusal:  # a container whose ids are mapped: its uid 0 is not the one that is exempt
        if refusal.errno != errno.EINVAL:
            raise
    return namespaces.own_users()


def drop_for_children() -> None:
    """In the zygote: give up, for all its children, what is dear to give up: groups and the bounding set.

    A process that may change neither keeps them; they mean nothing without capabilities and with no-new-privs. Of its
    own capabilities it keeps what it needs for the next child's walls.
    """
    if holds(CAP_SETGID) and _groups_can_change():
        os.setgroups([])
    kernel.libc().prctl(kernel.PR_CAP_AMBIENT, kernel.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    if holds(CAP_SETPCAP):
        for capability in range(LAST_CAPABILITY + 1):
            if kernel.libc().prctl(kernel.PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
                break  # one past the last that this kernel knows
    _keep(effective_capabilities() & sum(1 << capability for capability in FOR_WALLS))
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)


def _groups_can_change() -> bool:
    """Not so in a user namespace that an unprivileged process made: its groups stay those of the user."""
    try:
        return Path("/proc/self/setgroups").read_text(encoding="ascii").strip() == "allow"
    except FileNotFoundError:  # a kernel without user namespaces
        return True


def drop_capabilities() -> None:
    """Empty the capability sets of the calling process. Raises OSError."""
    _keep(0)
    if effective_capabilities():
        raise PermissionError("capabilities are still in effect after dropping them")


def _keep(capabilities: int) -> None:
    low, high = capabilities & 0xFFFFFFFF, capabilities >> 32
    sets = struct.pack("=6I", low, low, 0, high, high, 0)
    kernel.syscall(number("capset"), struct.pack("=Ii", CAPABILITY_VERSION_3, 0), sets)


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
