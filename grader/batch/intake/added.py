"""What a platform adds to what students handed in: Gradescope's list of submitters, nbgrader's time stamps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from grader.batch.intake.archive import Item, Oddity, display
from grader.batch.intake.gradescope import Record, parse_metadata
from grader.batch.intake.handed_in import LeftOut
from grader.batch.intake.layout import GRADESCOPE_METADATA, Layout, Located, Shape
from grader.batch.intake.times import cannot_be_read, time_stamps
from grader.errors import Unreadable, UsageFault

_TIME_STAMP = "timestamp.txt"  # nbgrader's record of when an assignment was handed in

Files = Mapping[tuple[str, ...], Item]


@dataclass(frozen=True, slots=True)
class Added:
    """What the platform's own files say: who handed in each folder, and when. `unread` are times that say nothing."""

    names: tuple[str, ...] = ()
    owners: Mapping[str, tuple[Record, ...]] = field(default_factory=dict)
    times: Mapping[tuple[str, ...], datetime] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def set_apart(layout: Layout, shape: Shape) -> tuple[Added, Layout]:
    """What the platform added, and the layout without it. Raises UsageFault for a list that cannot be read.

    A folder in which there is nothing else stays, as one that holds nothing: it is somebody's.
    """
    files: dict[tuple[str, ...], Item] = {}
    others: list[Located] = []
    for file in layout.files:
        if isinstance(file.item, Item) and file.parts not in files and _is_added(file, shape):
            files[file.parts] = file.item
        else:
            others.append(file)
    names = tuple(parts[-1] for parts in files)
    if shape is Shape.GRADESCOPE:
        owners, rest = _owners(files), Layout(layout.root, tuple(others))
        return Added(names, owners=owners, unread=tuple(_unread(owners, rest))), rest
    if shape is Shape.NBGRADER:
        others += _bare(files, others)
        times, unread = time_stamps({parts: item.source for parts, item in files.items()})
        return Added(names, times=times, unread=tuple(unread)), Layout(layout.root, tuple(others))
    return Added(), layout


def without_files(added: Added, layout: Layout) -> Iterator[LeftOut]:
    """The students of folders that Gradescope lists and that are not there, as in an export unpacked in part."""
    for folder in sorted(added.owners.keys() - set(layout.tops)):
        for each in added.owners[folder]:
            reason = f"{each.student.name} handed it in, as {GRADESCOPE_METADATA} has it, and there is no file of it."
            yield LeftOut(display(folder), reason, each.student)


def _is_added(file: Located, shape: Shape) -> bool:
    if shape is Shape.GRADESCOPE:
        return file.parts == (GRADESCOPE_METADATA,)
    return shape is Shape.NBGRADER and file.parts[-1] == _TIME_STAMP


def _owners(files: Files) -> dict[str, tuple[Record, ...]]:
    try:
        return {folder: of for item in files.values() for folder, of in parse_metadata(item.source.read()).items()}
    except Unreadable as fault:
        raise UsageFault(fault.message, hint=fault.hint) from fault


def _unread(owners: Mapping[str, tuple[Record, ...]], layout: Layout) -> Iterator[str]:
    """What Gradescope's list says of folders that are there, and is no time."""
    for folder in layout.tops:
        if unread := next((each.unread for each in owners.get(folder, ())), ""):
            yield f"{cannot_be_read(GRADESCOPE_METADATA, unread)} of {display(folder)}"


def _bare(files: Files, others: list[Located]) -> Iterator[Located]:
    """The folders with a time stamp and nothing else."""
    held = {file.parts[:depth] for file in others for depth in range(len(file.parts))}
    for parts, item in files.items():
        if parts[:-1] not in held:
            folder = f"{item.path.rpartition('/')[0]}/"
            yield Located((*parts[:-1], ""), Oddity(folder, f"This folder holds nothing but {_TIME_STAMP}."))
