"""What the trusted process does for its own protection: a submission that got out would still have to get in here."""

from __future__ import annotations

import ctypes
import enum
import signal
import sys

from grader.errors import GraderFault

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 4, 24, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
CAPABILITY_VERSION_3 = 0x20080522
LAST_CAPABILITY = 63


class Capability(enum.IntEnum):
    """Some of linux/capability.h."""

    CHOWN = 0
    DAC_OVERRIDE = 1
    FOWNER = 3
    KILL = 5
    SETGID = 6
    SETUID = 7
    SETPCAP = 8
    SYS_ADMIN = 21
    SETFCAP = 31


class Power(enum.Enum):
    """What a trusted process that root started may still do beside what any process may."""

    FILES = frozenset({Capability.CHOWN, Capability.DAC_OVERRIDE, Capability.FOWNER})
    """Use files and folders of others: submissions, results, and the scratch of a child that is a user of its own."""
    SANDBOXES = frozenset(Capability)
    """Start another zygote, which needs these to give children their walls."""

    @property
    def bits(self) -> int:
        """As the kernel writes them."""
        return sum(1 << capability for capability in self.value)


class Host(enum.Enum):
    """Whose process the grading is done in: what a process gives up for good is for its owner to say."""

    OURS = "ours"
    CALLERS = "the caller's"


def harden(*, dies_with_parent: bool = False) -> None:
    """Linux: let no process of the same user read, trace or dump this one. Elsewhere nothing.

    `dies_with_parent`: the kernel kills it when the thread that started it ends, for a worker whose batch is gone. For
    processes of our own only: whoever uses the grader as a library decides about theirs.
    """
    if sys.platform != "linux":
        return
    _set(PR_SET_DUMPABLE, 0)
    if dies_with_parent:
        _set(PR_SET_PDEATHSIG, int(signal.SIGKILL))


def give_up_all_but(power: Power) -> None:
    """Linux: keep of this process's capabilities those of `power`, and close every way to more. Elsewhere nothing.

    Before there are threads, which would keep theirs, and before anything of a submission is looked at. For a user
    without rights there is nothing to give up but the way to them (setuid programs).
    """
    if sys.platform != "linux":
        return
    kept = power.bits & held()
    if held() >> Capability.SETPCAP & 1:
        for capability in range(LAST_CAPABILITY + 1):
            if not kept >> capability & 1 and _libc().prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
                break  # one past the last that this kernel knows
    _libc().prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)  # a kernel that refuses has none
    low, high = kept & 0xFFFFFFFF, kept >> 32
    if _libc().capset(_HEADER, (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)) != 0:
        raise _refused("capset")
    _set(PR_SET_NO_NEW_PRIVS, 1)


def held() -> int:
    """The capabilities that this thread may use, one bit each (linux/capability.h)."""
    sets = (ctypes.c_uint32 * 6)()
    if _libc().capget(_HEADER, sets) != 0:
        raise _refused("capget")
    return int(sets[1] | sets[4] << 32)


def held_names() -> tuple[str, ...]:
    """The same by name, one that this module does not know by its number. Nothing elsewhere than on Linux."""
    bits = held() if sys.platform == "linux" else 0
    names = {int(capability): capability.name.lower() for capability in Capability}
    return tuple(names.get(bit, str(bit)) for bit in range(LAST_CAPABILITY + 1) if bits >> bit & 1)


_HEADER = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)


def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    return libc


def _set(option: int, value: int) -> None:
    if _libc().prctl(option, value, 0, 0, 0) != 0:
        raise _refused(f"prctl {option}")


def _refused(what: str) -> GraderFault:
    return GraderFault(f"The grader cannot protect its own process: {what} was refused (errno {ctypes.get_errno()}).")
