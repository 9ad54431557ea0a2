"""A bounded place for scratch folders: a file system in memory whose size and number of files the kernel keeps.

One for all children of a zygote, in a mount namespace that the zygote has for itself: with the last process in that
it is gone, whatever was written and however the grader ended. Nothing of it shows on the machine's own file systems.
"""

from __future__ import annotations

from pathlib import Path

from . import kernel

FLAGS = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
OWN_FILES = 64  # folders of the sandbox's own that count as files too


class Storage:
    """A file system in memory that is mounted on a folder."""

    def __init__(self, folder: Path) -> None:
        """Mount it. Call in a process alone in its mount namespace. Raises OSError where that is not allowed."""
        self._folder = str(folder)
        self._bounds = (0, 0)
        kernel.mount("/", kernel.MS_REC | kernel.MS_PRIVATE)
        kernel.mount(self._folder, FLAGS, kind="tmpfs", options="mode=0711")

    def bound(self, *, size: int, files: int) -> None:
        """Let it hold `size` bytes in `files` files and folders from now on. Raises OSError."""
        if self._bounds != (size, files):
            options = f"size={size},nr_inodes={files + OWN_FILES}"
            kernel.mount(self._folder, FLAGS | kernel.MS_REMOUNT, kind="tmpfs", options=options)
            self._bounds = (size, files)

    def release(self) -> None:
        """Give back the folder beneath, empty as it was. Raises OSError."""
        kernel.unmount(self._folder)


def mount_on(folder: Path) -> Storage | None:
    """The storage, mounted; None where the machine lets nobody mount (AppArmor may not, in a user namespace)."""
    try:
        return Storage(folder)
    except OSError:
        return None
