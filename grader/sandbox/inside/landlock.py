"""Landlock: which files the child may open, and no TCP, no signals and no abstract sockets out of it.

Two rulesets are stacked, and an access must pass both:

- the shared one is built once in the zygote and holds the long list: every readable path one by one, and the
  folder beneath which all scratch folders lie. Building it costs about 2 us a path.
- the own one is built in each child and narrows the scratch root to the child's own folder. It may be coarse about
  the rest, since the shared one is exact.

One ruleset to which each child adds its scratch would not do: a ruleset is one object in the kernel, shared by
every process that inherited it, so that a later child could open an earlier one's scratch.

Landlock never restricts stat(), chdir(), readlink() and changes of owner, mode and times; seccomp answers for
the latter. Rights and ABI numbers: include/uapi/linux/landlock.h and Documentation/userspace-api/landlock.rst
of Linux.
"""

from __future__ import annotations

import enum
import os
import stat
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import kernel

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
ASK_FOR_ABI = 1
RULE_PATH_BENEATH = 1
NO_NEW_AUDIT_RECORDS = 0b101  # ABI 7: a refused open in a loop must not flood the machine's audit log
NEWEST_ABI = 7


class Right(enum.IntFlag):
    """File system rights, in the kernel's bits."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13
    TRUNCATE = 1 << 14
    IOCTL_DEV = 1 << 15


ON_A_FILE = Right.EXECUTE | Right.WRITE_FILE | Right.READ_FILE | Right.TRUNCATE | Right.IOCTL_DEV
READ = Right.READ_FILE | Right.READ_DIR
# No symbolic links, FIFOs, sockets or devices: whatever a trusted process meets in scratch later is a plain file or
# a folder. REFER lets a file move between subfolders of scratch; hard links from outside stay refused.
SCRATCH = (
    READ
    | Right.WRITE_FILE
    | Right.TRUNCATE
    | Right.REMOVE_DIR
    | Right.REMOVE_FILE
    | Right.MAKE_DIR
    | Right.MAKE_REG
    | Right.REFER
)
DEVICES = {
    Path("/dev/null"): Right.READ_FILE | Right.WRITE_FILE | Right.TRUNCATE,
    Path("/dev/zero"): Right.READ_FILE,
    Path("/dev/random"): Right.READ_FILE,
    Path("/dev/urandom"): Right.READ_FILE,
}


def abi() -> int | None:
    """The Landlock ABI of this kernel, None where there is none: not built in, not booted, filtered away."""
    try:
        return kernel.syscall(CREATE_RULESET, None, 0, ASK_FOR_ABI)
    except OSError:
        return None


def handled_rights(version: int) -> Right:
    """Every file right that ABI `version` can refuse."""
    newer = {Right.REFER: 2, Right.TRUNCATE: 3, Right.IOCTL_DEV: 5}
    known = Right(0)
    for right in Right:
        if newer.get(right, 1) <= version:
            known |= right
    return known


@dataclass(frozen=True)
class Shared:
    """What the zygote prepared: the long ruleset and open paths for the short one."""

    version: int
    ruleset: int
    scratch_root: str
    coarse: tuple[tuple[int, int], ...]
    attributes: bytes
    scratch_rights: int

    @property
    def name(self) -> str:
        return f"landlock-abi{self.version}"

    def restrict(self, scratch: Path) -> None:
        """Shut the calling process in. Needs no-new-privs. Raises OSError, ValueError for a foreign scratch."""
        if not os.path.realpath(scratch).startswith(self.scratch_root + "/"):
            raise ValueError(f"{scratch} is not beneath the scratch root {self.scratch_root}")
        own = kernel.syscall(CREATE_RULESET, self.attributes, len(self.attributes), 0)
        folder = os.open(scratch, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        add_rules(own, [*self.coarse, (folder, self.scratch_rights)])
        flags = NO_NEW_AUDIT_RECORDS if self.version >= 7 else 0
        for ruleset in (self.ruleset, own):
            kernel.syscall(RESTRICT_SELF, ruleset, flags)
        for descriptor in (folder, own, self.ruleset, *(descriptor for descriptor, _ in self.coarse)):
            os.close(descriptor)


def prepare(version: int, *, readable: Sequence[Path], scratch_root: Path, devices: Sequence[Path] = ()) -> Shared:
    """Build the shared ruleset. Paths that do not exist are left out; `devices` are opened wholly. Raises OSError."""
    root = scratch_root.resolve()
    usable = DEVICES | dict.fromkeys(devices, Right.READ_FILE | Right.WRITE_FILE | Right.IOCTL_DEV)
    exact = dict.fromkeys(readable, READ) | usable
    above = (path if root.is_relative_to(path.parent) else path.parent for path in readable)
    coarse = dict.fromkeys(above, READ) | usable
    attributes = ruleset_attributes(version)
    ruleset = kernel.syscall(CREATE_RULESET, attributes, len(attributes), 0)
    rules = open_rules(version, [*exact.items(), (root, SCRATCH)])
    add_rules(ruleset, rules)
    for descriptor, _ in rules:
        os.close(descriptor)
    opened = tuple(open_rules(version, coarse.items()))
    return Shared(version, ruleset, str(root), opened, attributes, int(SCRATCH & handled_rights(version)))


def ruleset_attributes(version: int) -> bytes:
    """struct landlock_ruleset_attr, as far as the ABI knows it: refuse everything that it can."""
    network = 0b11 if version >= 4 else 0  # bind and connect of TCP
    scope = 0b11 if version >= 6 else 0  # abstract unix sockets and signals
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    return struct.pack("=QQQ", handled_rights(version), network, scope)[:size]


def open_rules(version: int, wanted: Iterable[tuple[Path, Right]]) -> list[tuple[int, int]]:
    """Open each path that exists; give each the rights that fit what it is and what the ABI knows."""
    handled = handled_rights(version)
    rules = []
    for path, rights in wanted:
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            continue
        fitting = int(rights & handled)
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            fitting &= int(ON_A_FILE)
        rules.append((descriptor, fitting))
    return rules


def add_rules(ruleset: int, rules: Iterable[tuple[int, int]]) -> None:
    """Grant each right beneath its open path."""
    for descriptor, rights in rules:
        kernel.syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, struct.pack("=Qi", rights, descriptor), 0)
