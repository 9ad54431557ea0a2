"""Confines a forked child before student code runs in it. This file is the order of things; the layers are beside it.

    plan = prepare(scratch_root=...)                # in the zygote, once, single-threaded, torch imported
    plan.make_room(limits)                          # in the zygote, before each fork
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

from . import cgroups, landlock, limits, namespaces, policy, privileges, readable, seccomp, storage
from .devices import FACTS as DEVICE_FACTS
from .limits import Limits, be_first_to_die

OUR_PACKAGE = Path(__file__).resolve().parents[2]


class Layer(enum.StrEnum):
    """What can be left out, for tests that ask what the other layers hold."""

    RLIMITS = "rlimits"
    USER = "user"
    CAPABILITIES = "capabilities"
    LANDLOCK = "landlock"
    SECCOMP = "seccomp"
    NAMESPACES = "namespaces"
    STORAGE = "storage"
    CGROUPS = "cgroups"
    THREADS = "threads"


class Reach(enum.Enum):
    """Whether a child gets at the machine's accelerators, which costs it the bound on its address space."""

    NO_DEVICE = "no device"
    DEVICES = "devices"


@dataclass(frozen=True)
class Walls:
    """The two layers that say what a process may open and ask for; None where the machine has not got one."""

    landlock: landlock.Shared | None
    filter: seccomp.Filter | None


@dataclass(frozen=True)
class Plan:
    """Everything that could be made ready before the fork."""

    parent: int
    without: frozenset[Layer]
    walls: dict[Reach, Walls]
    left: str | None
    storage: storage.Storage | None
    group: cgroups.Group | None
    becomes_lowly: bool

    def make_room(self, limits: Limits) -> None:
        """Set what bounds all children together for the next one of them."""
        if self.storage:
            self.storage.bound(size=limits.disk_bytes, files=limits.files)
        if self.group:
            self.group.bound(limits.memory_bytes + limits.disk_bytes)

    def apply(self, *, scratch: Path, limits: Limits, reach: Reach = Reach.NO_DEVICE) -> tuple[str, ...]:
        """Confine the calling process, a fresh child of the one that prepared. Returns the layers that hold.

        `scratch`: a folder beneath the scratch root, the only place it can write; the working folder stays if it
        is in there. Raises OSError or ValueError when a layer cannot be applied; then nothing may run here.
        """
        reach = reach if reach in self.walls else Reach.NO_DEVICE
        held = self._held_already()
        os.setsid()
        os.umask(0o077)
        if not f"{Path.cwd()}/".startswith(f"{scratch}/"):
            os.chdir(scratch)
        be_first_to_die()
        if self.becomes_lowly and (user := privileges.lowly_id()) is not None:
            privileges.become(user, owning=[scratch, Path.cwd()])
            held.append("user-of-its-own")
        held += self._limit(limits, reach)
        if Layer.CAPABILITIES not in self.without:
            privileges.drop_capabilities()
            held.append("capabilities-dropped")
        privileges.die_with(self.parent)
        privileges.seal()
        held.append("no-new-privs")
        walls = self.walls[reach]
        if walls.landlock:
            walls.landlock.restrict(scratch)
            held.append(walls.landlock.name)
        if walls.filter:
            walls.filter.lock(os.getpid())
            held.append("seccomp")
        return tuple(held)

    def _held_already(self) -> list[str]:
        parts = {"cgroup": self.group, "bounded-scratch": self.storage}
        return [*([f"namespaces: {self.left}"] if self.left else []), *(name for name, part in parts.items() if part)]

    def _limit(self, wanted: Limits, reach: Reach) -> list[str]:
        """Resource limits: while /proc is readable, and before the right to raise them is gone."""
        if Layer.RLIMITS in self.without:
            return []
        limits.apply(wanted, mapped=limits.mapped_bytes(), has_device=reach is Reach.DEVICES)
        if Layer.THREADS in self.without or not privileges.count_alone():
            return ["rlimits"]
        limits.bound_threads(wanted)
        return ["rlimits", "threads-counted"]


def prepare(
    *,
    scratch_root: Path,
    never: Sequence[Path] = (OUR_PACKAGE,),
    readable_too: Sequence[Path] = (),
    devices: Sequence[Path] = (),
    without: frozenset[str] = frozenset(),
) -> Plan:
    """Find out what this machine offers and make it ready. Call it single-threaded, with torch imported.

    `scratch_root`: the folder beneath which every child's scratch lies; from here on it may be another one than that
    which the rest of the machine sees under this name. `never`: paths that stay unreadable wherever they lie.
    `readable_too`: more to read, beside what the interpreter needs. `devices`: what a child with that reach may use.
    `without`: values of Layer to leave out. Raises OSError, or ValueError for an unknown layer.
    """
    left_out = frozenset(Layer(name) for name in without)
    group = None if Layer.CGROUPS in left_out else cgroups.join()
    is_privileged = privileges.holds(privileges.CAP_SYS_ADMIN)
    can_leave = Layer.NAMESPACES not in left_out and (is_privileged or privileges.can_map_itself())
    left = namespaces.leave_shared(privileged=is_privileged) if can_leave else None
    room = None if left is None or Layer.STORAGE in left_out else storage.mount_on(scratch_root)
    paths = [*readable.readable_paths(never=never, home=Path.home()), *(path.resolve() for path in readable_too)]
    walls = {Reach.NO_DEVICE: _walls(left_out, paths, scratch_root)}
    if devices:
        walls[Reach.DEVICES] = _walls(left_out, [*paths, *DEVICE_FACTS], scratch_root, devices)
    becomes_lowly = (
        Layer.USER not in left_out and privileges.can_become_lowly() and readable.by_anyone(readable.cornerstones())
    )
    if Layer.CAPABILITIES not in left_out:
        privileges.drop_for_children()
    return Plan(os.getpid(), left_out, walls, left, room, group, becomes_lowly)


def _walls(
    left_out: frozenset[Layer], paths: Sequence[Path], scratch_root: Path, devices: Sequence[Path] = ()
) -> Walls:
    version = None if Layer.LANDLOCK in left_out else landlock.abi()
    shared = program = None
    if version is not None:
        readable.keep_listings()
        shared = landlock.prepare(version, readable=paths, scratch_root=scratch_root, devices=devices)
    if Layer.SECCOMP not in left_out and seccomp.offered():
        by_hand = version is not None and version < 3
        table = policy.answers(truncation_by_hand=by_hand, any_ioctl=bool(devices))
        program = seccomp.assemble(table, platform.machine())
    return Walls(shared, program)
