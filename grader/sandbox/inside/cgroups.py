"""A control group for the zygote and its children, where one can be made: it bounds what resource limits cannot.

That is the memory of the kernel's own for a process (pipes, sockets, page tables), the files of a scratch in
memory, and, as a second fence, everything else together. What the zygote holds already stays with the group it
comes from, so that the bound is the child's alone. Moving costs 5 ms or more, hence one group per zygote.

Both versions of the kernel's interface: one tree with all controllers (v2), or a tree for each (v1). A group of v2 that
has processes cannot hand its controllers to a group beneath it, so the place beside it is tried too.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
PREFIX = "grade-"
SLACK = 64 << 20  # the zygote's own small needs, and the kernel's for one child
MOST_THREADS = 512  # far above what threads-counted allows; it counts where that layer is absent


@dataclass(frozen=True)
class Group:
    """The folders of a group: one in v2, one for each controller in v1."""

    memory: Path
    pids: Path
    limit: str

    @property
    def folders(self) -> tuple[str, ...]:
        """What is to be removed when the last process of the group has ended."""
        return tuple(dict.fromkeys((str(self.memory), str(self.pids))))

    def bound(self, memory: int) -> None:
        """Let the processes in it use `memory` bytes from now on. Raises OSError."""
        (self.memory / self.limit).write_text(str(memory + SLACK), encoding="ascii")


def join(root: Path = ROOT) -> Group | None:
    """Move this process into a group of its own. None where the machine does not let it."""
    name = f"{PREFIX}{os.getpid()}"
    for memory, pids, limit in _places(root):
        sweep({memory, pids})
        group = Group(memory / name, pids / name, limit)
        try:
            for folder in group.folders:
                os.mkdir(folder)
            (group.pids / "pids.max").write_text(str(MOST_THREADS), encoding="ascii")
            group.bound(1 << 30)  # a group without the controller has no such file
            for folder in group.folders:
                Path(folder, "cgroup.procs").write_text("0", encoding="ascii")
        except OSError:
            for folder in group.folders:
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
            continue
        return group
    return None


def sweep(places: set[Path]) -> None:
    """Remove the groups of zygotes that are gone and whose grader was killed before it could do it."""
    for group in (group for place in places for group in place.glob(f"{PREFIX}*")):
        if not os.path.exists(f"/proc/{group.name.removeprefix(PREFIX)}"):
            with contextlib.suppress(OSError):
                os.rmdir(group)


def _places(root: Path) -> Iterator[tuple[Path, Path, str]]:
    """Folders in which to try: for memory, for processes, and the name of the file with the bound on memory."""
    own = {}
    for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        own.update({controller: path.lstrip("/") for controller in controllers.split(",")})
    if {"memory", "pids"} <= own.keys():
        yield root / "memory" / own["memory"], root / "pids" / own["pids"], "memory.limit_in_bytes"
    elif "" in own:
        here = root / own[""]
        yield here, here, "memory.max"
        if own[""]:
            yield here.parent, here.parent, "memory.max"
