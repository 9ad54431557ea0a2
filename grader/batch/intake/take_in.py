"""From whatever a class's work comes in to who handed in what for which exercise.

Every file of the input is an entry, or left out with a sentence, or counted as a system file: none is lost in silence.
Nor is a folder that Gradescope says was handed in.
Contents are not read here (but for Gradescope's metadata, nbgrader's time stamps, the lists in archives that students
packed, and files between which there is a choice), and none are kept: memory grows with the number of files and not
with their sizes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from grader.batch.intake import shapes
from grader.batch.intake.archive import Item, Oddity, display, is_safe
from grader.batch.intake.asked import asked_for
from grader.batch.intake.choice import Candidate, choose
from grader.batch.intake.gradescope import Record, parse_metadata
from grader.batch.intake.groups import for_other_members
from grader.batch.intake.handed_in import Entry, Intake, LeftOut
from grader.batch.intake.layout import CODE_SUFFIXES, GRADESCOPE_METADATA, Layout, Located, Shape, recognise
from grader.batch.intake.people import People
from grader.batch.intake.shapes import Aside, Claim
from grader.batch.intake.sources import Source
from grader.batch.intake.times import lateness, time_stamps, unread_note
from grader.batch.intake.tree import Tree, open_tree
from grader.batch.naming import ExerciseNames, Naming
from grader.batch.students import Student
from grader.errors import Unreadable, UsageFault

_TIME_STAMP = "timestamp.txt"  # nbgrader's record of when an assignment was handed in


@contextmanager
def take_in(
    path: Path,
    exercises: Sequence[ExerciseNames],
    *,
    shape: Shape | None = None,
    roster: Sequence[Student] = (),
    due: datetime | None = None,
) -> Iterator[Intake]:
    """Read a folder, an archive or an export; the sources of its entries can be read while the context is open.

    One exercise takes every file; of several, a file or folder name decides. `due`, with a time zone, turns times of
    handing in into lateness. Raises UsageFault where the input cannot be read or `shape` does not fit it.
    """
    if due is not None and due.tzinfo is None:
        raise UsageFault(
            "The deadline has no time zone.", hint="Write it with its offset, such as 2026-02-03T23:59+01:00."
        )
    with ExitStack() as stack:
        asked = {each.id: asked_for(each.stub) for each in exercises}
        yield _intake(open_tree(path, stack), Naming(exercises), asked, shape, roster, due)


def _intake(
    tree: Tree,
    naming: Naming,
    asked: Mapping[str, Mapping[str, str]],
    wanted: Shape | None,
    roster: Sequence[Student],
    due: datetime | None,
) -> Intake:
    somewhere = [oddity for oddity in tree.oddities if is_safe(oddity.path)]
    everything: list[Item | Oddity] = [*tree.items, *somewhere]
    layout = Layout(tree.name, tuple(Located(tuple(each.path.split("/")), each) for each in everything))
    shape, sections = recognise(layout, naming, wanted=wanted)
    left_out = [LeftOut(oddity.path, oddity.reason) for oddity in tree.oddities if not is_safe(oddity.path)]
    system = Counter(dict(tree.system_files))
    found: list[Candidate | LeftOut] = []
    unread: list[str] = []
    for section in sections:
        records, section = _records_apart(section, shape)
        if shape is Shape.GRADESCOPE and not records and len(sections) == 1:
            raise UsageFault(
                f"A Gradescope export has a {GRADESCOPE_METADATA}, and there is none.",
                hint="Name the export's top folder, or another shape.",
            )
        system.update(parts[-1] for parts in records)
        owners = _gradescope_records(records) if shape is Shape.GRADESCOPE else {}
        found += _without_files(owners, section)
        times, bad = time_stamps(records) if shape is Shape.NBGRADER else ({}, [])
        unread += bad
        read = _reader(shape, section, owners, naming, times)
        for file in section.files:
            found += _claimed(file, read(file), section.root, naming, due)
    people = People(roster, filter(None, map(_whose, found)))
    known = [one for each in found for one in _as_known(each, people)]
    left_out += (each for each in known if isinstance(each, LeftOut))
    candidates = [each for each in known if isinstance(each, Candidate)]
    notes: tuple[str, ...] = (unread_note(unread),) if unread and due else ()
    if shape is Shape.CANVAS:
        given, notes = for_other_members(candidates, roster, {each.student for each in left_out})
        candidates += given
    rivals: dict[tuple[str, str], list[Candidate]] = {}
    for each in candidates:
        rivals.setdefault((each.claim.student.key, each.exercise), []).append(each)
    entries: list[Entry] = []
    for (_, exercise), group in rivals.items():
        choose(group, naming, asked[exercise], entries, left_out)
    return people.accounted_for(
        Intake(
            shape=shape,
            entries=tuple(sorted(entries, key=lambda each: (each.student.key, each.exercise, each.attempt, each.name))),
            left_out=tuple(sorted(left_out, key=lambda each: (each.name, each.student.key if each.student else ""))),
            system_files=tuple(sorted(system.items())),
            notes=notes,
        )
    )


def _records_apart(layout: Layout, shape: Shape) -> tuple[dict[tuple[str, ...], Source], Layout]:
    """The files that the platform itself added, and the layout without them."""
    records: dict[tuple[str, ...], Source] = {}
    others: list[Located] = []
    for file in layout.files:
        is_metadata = shape is Shape.GRADESCOPE and file.parts == (GRADESCOPE_METADATA,)
        is_time_stamp = shape is Shape.NBGRADER and file.parts[-1] == _TIME_STAMP
        if isinstance(file.item, Item) and (is_metadata or is_time_stamp) and file.parts not in records:
            records[file.parts] = file.item.source
        else:
            others.append(file)
    return records, Layout(layout.root, tuple(others))


def _reader(
    shape: Shape,
    layout: Layout,
    owners: dict[str, tuple[Record, ...]],
    naming: Naming,
    times: dict[tuple[str, ...], datetime],
) -> shapes.Reader:
    match shape:
        case Shape.CANVAS:
            return shapes.canvas
        case Shape.MOODLE:
            return shapes.moodle(layout)
        case Shape.GRADESCOPE:
            return shapes.gradescope(owners)
        case Shape.NBGRADER:
            return shapes.nbgrader(layout, times)
        case Shape.CLASSROOM:
            return shapes.classroom(layout, naming)
        case Shape.FOLDERS:
            return shapes.folders(naming)
        case Shape.FILES:
            return shapes.files(layout, naming)


def _gradescope_records(records: dict[tuple[str, ...], Source]) -> dict[str, tuple[Record, ...]]:
    try:
        return {folder: about for source in records.values() for folder, about in parse_metadata(source.read()).items()}
    except Unreadable as fault:
        raise UsageFault(fault.message, hint=fault.hint) from fault


def _whose(each: Candidate | LeftOut) -> Student | None:
    return each.claim.student if isinstance(each, Candidate) else each.student


def _as_known(each: Candidate | LeftOut, people: People) -> Iterator[Candidate | LeftOut]:
    """The same for whomever the roster says that it belongs to: each member, where that is a group."""
    if isinstance(each, Candidate):
        known = people.known_as(each.claim.student)
        yield from (replace(each, claim=replace(each.claim, student=student)) for student in known)
    elif each.student is None:
        yield each
    else:
        yield from (replace(each, student=student) for student in people.known_as(each.student))


def _without_files(owners: dict[str, tuple[Record, ...]], layout: Layout) -> Iterator[LeftOut]:
    """The students of folders that Gradescope lists and that are not there, as in an export unpacked in part."""
    for folder in sorted(owners.keys() - set(layout.tops)):
        for each in owners[folder]:
            reason = f"{each.student.name} handed it in, as {GRADESCOPE_METADATA} has it, and there is no file of it."
            yield LeftOut(display(folder), reason, each.student)


def _claimed(
    file: Located,
    answer: shapes.Answer,
    root: str,
    naming: Naming,
    due: datetime | None,
) -> Iterator[Candidate | LeftOut]:
    """What a reader's answer comes to: for each claim a candidate, or why there is none."""
    path = file.item.path
    if isinstance(answer, str | Aside):
        reason, student = (answer, None) if isinstance(answer, str) else (answer.reason, answer.student)
        yield LeftOut(path, file.item.reason if isinstance(file.item, Oddity) else reason, student)
        return
    for claim in (answer,) if isinstance(answer, Claim) else answer:
        claim = replace(claim, late=claim.late or lateness(claim.submitted_at, due))
        found = _exercise(path, (*claim.hints, root), naming)
        if isinstance(file.item, Oddity):
            yield LeftOut(path, file.item.reason, claim.student)
        elif len(found) == 1:
            yield Candidate(claim, found[0], file.item)
        else:
            yield LeftOut(path, _why_no_exercise(path, found, naming), claim.student)


def _exercise(path: str, hints: Sequence[str], naming: Naming) -> tuple[str, ...]:
    """The exercises that a file may be for; none where it is no code at all."""
    name = path.rpartition("/")[2]
    if not name.lower().endswith(CODE_SUFFIXES) or name.startswith("."):
        return ()
    if len(naming.ids) == 1:
        return naming.ids
    return next((ids for hint in hints if (ids := naming.ids_in(hint))), ())


def _why_no_exercise(path: str, found: tuple[str, ...], naming: Naming) -> str:
    name = path.rpartition("/")[2]
    if name.startswith("."):
        return "It is a hidden file."
    if not name.lower().endswith(CODE_SUFFIXES):
        return "It is no Python file and no notebook."
    if found:
        return f"Its name fits several exercises: {', '.join(found)}."
    return f"Neither its name nor its folder's says for which exercise it is: {', '.join(naming.ids)}."
