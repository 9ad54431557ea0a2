"""The zygote's heap in large pages.

A fork copies an entry for each page, and the end of the child clears it again: 40,000 of them for a process with torch
in it, unless they are pages of 2 MB. benchmarks/confinement.py shows what a fork costs.
"""

from __future__ import annotations

from collections.abc import Iterator

from grader.sandbox.inside import kernel

LARGE = 2 << 20


def collapse() -> None:
    """Have the kernel gather all that was allocated so far into large pages. One that cannot (before 6.1) leaves it."""
    for start, end in list(_allocated()):
        first = -(-start // LARGE) * LARGE
        if (size := end // LARGE * LARGE - first) > 0:
            kernel.advise(first, size, kernel.MADV_COLLAPSE)


def _allocated() -> Iterator[tuple[int, int]]:
    """Where this process has private memory of its own, not a file's: [start, end)."""
    with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
        for line in maps:
            where, rights, _, _, inode, *name = line.split(maxsplit=5)
            if rights == "rw-p" and inode == "0" and (not name or name[0].strip() == "[heap]"):
                start, end = (int(part, 16) for part in where.split("-"))
                yield start, end
