"""The scratch folder of one child, handled as what it is: a folder that somebody else writes in.

    root/               what the child may write in
    root/submission.py  the module's `__file__`
    root/work/          the working directory, empty at first

Links are never followed and names never trusted: the submission may have put anything anywhere in here.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 64 << 20
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass(frozen=True, slots=True)
class ScratchRoot:
    """The folder beneath which the scratch folders of one launcher's children lie.

    `path` is its name as the children know it; `folder` is a descriptor of it, since behind that name may lie a file
    system that only they see (None on Windows). `is_bounded`: that file system is theirs alone, and of bounded size.
    """

    path: Path
    folder: int | None
    is_bounded: bool = False

    def names(self) -> list[str]:
        """What lies in it."""
        return os.listdir(self.path if self.folder is None else self.folder)


def make_scratch_root() -> Path:
    """A fresh folder that anyone may pass through and nobody else may list: children of root are other users."""
    path = Path(tempfile.mkdtemp(prefix="grade-")).resolve()
    path.chmod(0o711)
    return path


def open_scratch_root(path: Path) -> ScratchRoot:
    """A scratch root where children see the same file systems as the grader."""
    folder = None if sys.platform == "win32" else os.open(path, os.O_RDONLY | os.O_DIRECTORY | NO_FOLLOW)
    return ScratchRoot(path, folder)


class Scratch:
    """A fresh folder that is gone after `close`. Raises OSError where there is no room for it."""

    def __init__(self, parent: ScratchRoot) -> None:
        self._parent = parent
        self._name = secrets.token_hex(4)
        self.root = parent.path / self._name
        self.work = self.root / "work"
        for part in (self._name, f"{self._name}/work"):
            if parent.folder is None:
                os.mkdir(parent.path / part)
            else:
                os.mkdir(part, 0o700, dir_fd=parent.folder)

    def path(self, name: str) -> str:
        """The absolute path of a file in the working directory, as the submission is told it."""
        return str(self.work / name)

    def write(self, name: str, data: bytes) -> str:
        """Put a new file into the working directory; FileExistsError where something has that name."""
        with self._folder() as folder:
            descriptor = _open(folder, self.work, name, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            with os.fdopen(descriptor, "wb") as file:
                if folder is not None and hasattr(os, "fchown"):  # a child of root is another user
                    os.fchown(descriptor, os.fstat(folder).st_uid, -1)
                file.write(data)
        return self.path(name)

    def read(self, name: str) -> bytes | None:
        """The content of a regular file in the working directory; None where there is none, or over 64 MB."""
        try:
            with self._folder() as folder:
                descriptor = _open(folder, self.work, name, os.O_RDONLY)
        except OSError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode) or about.st_size > MOST_BYTES:
                return None
            return file.read(MOST_BYTES)

    def names(self) -> list[str]:
        """What lies in the working directory, sorted; at most 1000 names."""
        found: list[str] = []
        with contextlib.suppress(OSError), self._folder() as folder:
            for entry in itertools.islice(os.scandir(self.work if folder is None else folder), 1000):
                found.append(entry.name)
        return sorted(found)

    def close(self) -> None:
        """Remove the folder with everything in it."""
        if self._parent.folder is None:
            shutil.rmtree(self.root)
        else:
            remove_tree(self._name, beneath=self._parent.folder)

    @contextlib.contextmanager
    def _folder(self) -> Iterator[int | None]:
        """A descriptor of the working directory that no planted link can redirect; None on Windows."""
        if self._parent.folder is None:
            yield None
            return
        with _opened(self._name, self._parent.folder) as root, _opened("work", root) as folder:
            yield folder


@contextlib.contextmanager
def _opened(name: str | Path, beneath: int | None) -> Iterator[int]:
    folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | NO_FOLLOW, dir_fd=beneath)
    try:
        yield folder
    finally:
        os.close(folder)


def _open(folder: int | None, work: Path, name: str, flags: int) -> int:
    if folder is None:
        return os.open(work / name, flags | getattr(os, "O_BINARY", 0), 0o600)
    return os.open(name, flags | NO_FOLLOW, 0o600, dir_fd=folder)


def remove_tree(root: str | Path, *, beneath: int | None = None) -> None:
    """Remove a folder however deep, wide or locked it is, in constant stack and descriptors.

    Each folder found inside is first moved up to `root`, so that no path grows and nothing recurses: a chain of
    100,000 nested folders is a hundred thousand short steps. `beneath` is a descriptor of the folder that `root` is
    relative to.
    """
    if sys.platform == "win32":
        shutil.rmtree(root)
        return
    with _opened(root, beneath) as top:
        os.fchmod(top, 0o700)
        waiting = [entry.name for entry in os.scandir(top)]
        moved, unused = 0, secrets.token_hex(8)  # a name that nobody can have put there
        while waiting:
            name = waiting.pop()
            if _is_gone(name, top):
                continue
            os.chmod(name, 0o700, dir_fd=top)
            with _opened(name, top) as inner:
                for entry in [entry.name for entry in os.scandir(inner)]:
                    if not _is_gone(entry, inner):
                        moved += 1
                        os.chmod(entry, 0o700, dir_fd=inner)  # a folder must be writable to be moved
                        os.rename(entry, f"{unused}-{moved}", src_dir_fd=inner, dst_dir_fd=top)
                        waiting.append(f"{unused}-{moved}")
            os.rmdir(name, dir_fd=top)
    os.rmdir(root, dir_fd=beneath)


def _is_gone(name: str, folder: int) -> bool:
    """Remove a file, a link or an empty folder; False where it is a folder with something in it."""
    if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
        try:
            os.rmdir(name, dir_fd=folder)
        except OSError:
            return False
    else:
        os.unlink(name, dir_fd=folder)
    return True
