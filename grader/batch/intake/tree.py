"""A folder or an archive as one flat list of files, with the archives that students packed opened as well.

Files that systems, tools and the grader leave behind (`.DS_Store`, `__MACOSX`, `.git`, checkpoints of Jupyter, results
of an earlier run, ...) are counted by kind and not listed: three hundred clones bring a hundred thousand of them, and a
list of these would bury the lines that matter. A folder with nothing else in it is listed: it may be a student's.
"""

from __future__ import annotations

import io
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from grader.batch.intake.archive import (
    NESTED,
    OUTER,
    SUFFIXES,
    Caps,
    Folder,
    Item,
    Listed,
    Oddity,
    display,
    is_archive_name,
    list_archive,
)
from grader.batch.intake.leftovers import Surroundings, persons_folder, system_kind
from grader.batch.intake.sources import FileSource, Unavailable
from grader.errors import GraderFault, Unreadable, UsageFault
from grader.submission import MOST_NOTEBOOK_BYTES

MOST_FILES = OUTER.members


@dataclass(frozen=True, slots=True)
class Tree:
    """The files below a root of this name, sorted by path. `system_files` counts what was not listed, by kind.

    `bare` are the folders without a file, their paths with a slash at the end.
    """

    name: str
    items: tuple[Item, ...]
    oddities: tuple[Oddity, ...] = ()
    system_files: tuple[tuple[str, int], ...] = ()
    bare: tuple[Oddity, ...] = ()


@dataclass(frozen=True, slots=True)
class NestedSource:
    """File number `number` of an archive that a student handed in. The archive is opened anew for each reading."""

    name: str
    archive: Item
    number: int
    size: int

    def read(self) -> bytes:
        data = self.archive.source.read()
        with ExitStack() as stack:
            try:
                item = _members(self.archive.path, data, stack)[self.number]
            except (UsageFault, IndexError) as problem:
                raise GraderFault(f"{self.archive.path} has changed since it was listed.") from problem
            assert isinstance(item, Item)
            try:
                return item.source.read()
            except Unavailable as fault:  # listed and not readable: the student's own archive is damaged
                raise Unreadable(
                    f"{self.name} is damaged.", hint="Pack it once more, or hand in the file itself."
                ) from fault


def open_tree(path: Path, stack: ExitStack) -> Tree:
    """List a folder or an archive; `stack` closes what the sources need. Raises UsageFault, GraderFault."""
    listed: list[Item | Oddity] = []
    system: Counter[str] = Counter()
    folders: dict[str, set[str]] = {}  # those that may have no file, and what kinds of system files they have
    for each in _with_nested(_list(path, stack), stack):
        if isinstance(each, Folder):
            folders.setdefault(persons_folder(each.path), set())
        elif kind := system_kind(each.path):
            system[kind] += 1
            folders.setdefault(persons_folder(each.path.rpartition("/")[0]), set()).add(kind)
        else:
            listed.append(each)
    around = Surroundings(each.path for each in listed)
    found: list[Item | Oddity] = []
    for each in listed:
        if kind := around.kind(each.path):
            system[kind] += 1
            folders.setdefault(each.path.rpartition("/")[0], set()).add(kind)
        else:
            found.append(each)
    found.sort(key=lambda each: each.path)  # stable: of two members of one name the later one stays the later one
    return Tree(
        _without_suffix(path.resolve().name),
        tuple(each for each in found if isinstance(each, Item)),
        tuple(each for each in found if isinstance(each, Oddity)),
        tuple(sorted(system.items())),
        tuple(sorted(around.bare([each.path for each in found], folders), key=lambda each: each.path)),
    )


def _list(path: Path, stack: ExitStack) -> Iterator[Listed]:
    if path.is_dir():
        return _walk(path)
    if not path.is_file():
        raise UsageFault(f"There is no folder or archive {path}.")
    try:
        file = stack.enter_context(path.open("rb"))
    except OSError as problem:
        raise UsageFault(f"{path} cannot be opened: {problem.strerror}.") from problem
    return list_archive(file, path.name, OUTER, stack)


def _walk(root: Path) -> Iterator[Listed]:
    """Every file below `root`. Links are not followed, and folders nested deeper than any call stack are no problem."""
    waiting = [(str(root), "")]
    found = 0
    while waiting:
        folder, prefix = waiting.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError as problem:
            if not prefix:
                raise UsageFault(f"{root} cannot be read: {problem.strerror}.") from problem
            yield Oddity(prefix.rstrip("/"), f"This folder cannot be read: {problem.strerror}.")
            continue
        found += len(entries)
        if found > MOST_FILES:
            raise UsageFault(f"{root} holds more than {MOST_FILES:,} files.", hint="Hand over fewer at a time.")
        for entry in entries:
            path = prefix + display(entry.name)
            if entry.is_dir(follow_symlinks=False):
                yield Folder(path)
                waiting.append((entry.path, path + "/"))
            else:
                yield _entry(entry, path)


def _entry(entry: os.DirEntry[str], path: str) -> Item | Oddity:
    if entry.is_symlink():
        return Oddity(path, "Not read: it is a link.")
    try:
        if entry.is_file(follow_symlinks=False):
            return Item(path, FileSource(path, entry.path, entry.stat(follow_symlinks=False).st_size))
    except OSError as problem:
        return Oddity(path, f"Not read: {problem.strerror}.")
    return Oddity(path, "Not read: it is no ordinary file.")


def _with_nested(found: Iterable[Listed], stack: ExitStack, *, within: int = 0) -> Iterator[Listed]:
    """`found`, with the contents of archives in place of them; `within` counts the archives around.

    Two levels: a folder of exports with what students packed, or what a student packed twice. In the inner one the
    sizes count together, or a bomb of many small archives would take hours.
    """
    opened = 0
    for each in found:
        if not isinstance(each, Item) or not is_archive_name(each.path) or system_kind(each.path):
            yield each
        elif within and (within > 1 or (opened := opened + each.source.size) > NESTED.unpacked):
            yield Oddity(each.path, "Not opened: too many archives in archives.")
        elif _is_export(each):
            yield from _with_nested(_unpacked(each, stack, OUTER), stack)
        else:
            yield from _with_nested(_unpacked(each, stack, NESTED), stack, within=within + 1)


def _is_export(archive: Item) -> bool:
    """Whether an archive in a folder is a class's: it lies there directly, and is larger than a student's may be."""
    is_direct = isinstance(archive.source, FileSource) and "/" not in archive.path
    return is_direct and archive.source.size > MOST_NOTEBOOK_BYTES


def _unpacked(archive: Item, stack: ExitStack, caps: Caps) -> Iterator[Listed]:
    """The contents of an archive, or one oddity that says why it was not opened."""
    try:
        found = _opened(archive, stack, caps)
    except (
        UsageFault,
        Unreadable,
        Unavailable,
    ) as fault:  # another fault of ours, such as a full disk, ends the intake
        yield Oddity(archive.path, f"This archive was not opened: {fault.message}")
        return
    if all(isinstance(each, Folder) for each in found):
        yield Oddity(archive.path, "This archive holds no files.")
    for number, each in enumerate(found):
        path = f"{archive.path}/{each.path}"
        if isinstance(each, Oddity):
            yield Oddity(path, each.reason)
        elif isinstance(each, Folder):
            yield Folder(path)
        elif caps is OUTER:
            yield Item(path, each.source)
        else:
            yield Item(path, NestedSource(path, archive, number, each.source.size))


def _opened(archive: Item, stack: ExitStack, caps: Caps) -> list[Listed]:
    if caps is OUTER:
        assert isinstance(archive.source, FileSource)
        return list(_list(Path(archive.source.path), stack))
    with ExitStack() as closed_at_once:
        return _members(archive.path, archive.source.read(), closed_at_once)


def _members(name: str, data: bytes, stack: ExitStack) -> list[Listed]:
    return list(list_archive(io.BytesIO(data), name, NESTED, stack))


def _without_suffix(name: str) -> str:
    suffix = next((suffix for suffix in sorted(SUFFIXES, key=len, reverse=True) if name.lower().endswith(suffix)), "")
    return name[: len(name) - len(suffix)]
