"""Confines a forked child before student code runs in it. This file is the order of things; the layers are beside it.

    plan = prepare(scratch_root=...)                # in the zygote, once, single-threaded, torch imported
    layers = plan.apply(scratch=..., limits=...)    # in the child, last thing before student code

It fails closed: a layer that the machine offers and that cannot be applied raises, and the child must end. A layer
that the machine does not offer, or that was left out on purpose, is not among the names that `apply` returns.
Linux only, x86_64 and aarch64, without root or user namespaces.
"""

from __future__ import annotations

import enum
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import landlock, limits, namespaces, policy, privileges, readable, seccomp
from .limits import Limits

OUR_PACKAGE = Path(__file__).resolve().parents[2]


class Layer(enum.StrEnum):
    """What can be left out, for tests that ask what the other layers hold."""

    RLIMITS = "rlimits"
    CAPABILITIES = "capabilities"
    LANDLOCK = "landlock"
    SECCOMP = "seccomp"
    NAMESPACES = "namespaces"
    THREADS = "threads"


@dataclass(frozen=True)
class Plan:
    """Everything that could be made ready before the fork."""

    parent: int
    without: frozenset[Layer]
    landlock: landlock.Shared | None
    filter: seccomp.Filter | None
    left: str | None

    def apply(self, *, scratch: Path, limits: Limits) -> tuple[str, ...]:
        """Confine the calling process, a fresh child of the one that prepared. Returns the layers that hold.

        `scratch`: a folder beneath the scratch root, the only place it can write; the working folder stays if it
        is in there. Raises OSError or ValueError when a layer cannot be applied; then nothing may run here.
        """
        held = [f"namespaces: {self.left}"] if self.left else []
        os.setsid()
        os.umask(0o077)
        if not f"{Path.cwd()}/".startswith(f"{scratch}/"):
            os.chdir(scratch)
        held += self._limit(limits)
        if Layer.CAPABILITIES not in self.without:
            privileges.drop_capabilities()
            held.append("capabilities-dropped")
        privileges.die_with(self.parent)
        privileges.seal()
        held.append("no-new-privs")
        if self.landlock:
            self.landlock.restrict(scratch)
            held.append(self.landlock.name)
        if self.filter:
            self.filter.lock(os.getpid())
            held.append("seccomp")
        return tuple(held)

    def _limit(self, wanted: Limits) -> list[str]:
        """Resource limits: while /proc is readable, and before the right to raise them is gone."""
        if Layer.RLIMITS in self.without:
            return []
        limits.apply(wanted, mapped=limits.mapped_bytes())
        if Layer.THREADS in self.without or not privileges.count_alone():
            return ["rlimits"]
        limits.bound_threads(wanted)
        return ["rlimits", "threads-counted"]


def prepare(
    *,
    scratch_root: Path,
    never: Sequence[Path] = (OUR_PACKAGE,),
    readable_too: Sequence[Path] = (),
    without: frozenset[str] = frozenset(),
) -> Plan:
    """Find out what this machine offers and make it ready. Call it single-threaded, with torch imported.

    `scratch_root`: the folder beneath which every child's scratch lies. `never`: paths that stay unreadable wherever
    they lie. `readable_too`: more to read, beside what the interpreter needs. `without`: values of Layer to leave
    out. Raises OSError, or ValueError for an unknown layer.
    """
    left_out = frozenset(Layer(name) for name in without)
    version = None if Layer.LANDLOCK in left_out else landlock.abi()
    shared = None
    if version is not None:
        home = Path.home()
        paths = [*readable.readable_paths(never=never, home=home), *(path.resolve() for path in readable_too)]
        readable.keep_listings()
        shared = landlock.prepare(version, readable=paths, scratch_root=scratch_root)
    program = None
    if Layer.SECCOMP not in left_out and seccomp.offered():
        by_hand = version is not None and version < 3
        program = seccomp.assemble(policy.answers(truncation_by_hand=by_hand), platform.machine())
    privileged = privileges.holds(privileges.CAP_SYS_ADMIN)
    if Layer.CAPABILITIES not in left_out:
        privileges.drop_for_children()
    left = None if Layer.NAMESPACES in left_out else namespaces.leave_shared(privileged=privileged)
    return Plan(os.getpid(), left_out, shared, program, left)
