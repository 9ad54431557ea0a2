"""From whatever a class's work comes in to who handed in what for which exercise.

Every file of the input is an entry, or left out with a sentence, or counted as a system file: none is lost in silence.
Nor is a folder that Gradescope says was handed in.
Contents are not read here (but for Gradescope's metadata, nbgrader's time stamps, the lists in archives that students
packed, and files between which there is a choice), and none are kept: memory grows with the number of files and not
with their sizes.
"""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from grader.batch.intake import shapes
from grader.batch.intake.added import Added, set_apart, without_files
from grader.batch.intake.archive import CODE_SUFFIXES, Item, Oddity, is_safe
from grader.batch.intake.asked import asked_for
from grader.batch.intake.choice import Candidate, choose
from grader.batch.intake.claimed import claimed
from grader.batch.intake.foreign import Asked, another_exercises, nobodys
from grader.batch.intake.handed_in import Entry, Intake, LeftOut
from grader.batch.intake.layout import GRADESCOPE_METADATA, Layout, Located, Shape, recognise
from grader.batch.intake.people import People
from grader.batch.intake.times import unread_note
from grader.batch.intake.tree import Tree, open_tree
from grader.batch.naming import ExerciseNames, Naming
from grader.batch.students import Student
from grader.errors import UsageFault

Rivals = dict[tuple[str, str], list[Candidate]]  # the candidates for each student and exercise

_NAMED_BY_THEIR_OWNERS = (Shape.FOLDERS, Shape.FILES)  # the names are whatever somebody typed
_MOST_SHOWN = 3  # folders in a note


@contextmanager
def take_in(
    path: Path,
    exercises: Sequence[ExerciseNames],
    *,
    others: Sequence[ExerciseNames] = (),
    shape: Shape | None = None,
    roster: Sequence[Student] = (),
    due: datetime | None = None,
) -> Iterator[Intake]:
    """Read a folder, an archive or an export; the sources of its entries can be read while the context is open.

    One exercise takes every file, but for work on `others`, which are known and not asked for; of several, a file or
    folder name decides. `due`, with a time zone, turns times of handing in into lateness. Raises UsageFault where the
    input cannot be read or `shape` does not fit it.
    """
    if due is not None and due.tzinfo is None:
        raise UsageFault(
            "The deadline has no time zone.", hint="Write it with its offset, such as 2026-02-03T23:59+01:00."
        )
    if path.suffix.lower() in CODE_SUFFIXES and path.is_file():
        command = shlex.join(["grade", exercises[0].id, str(path)])
        raise UsageFault(
            f"{path.name} is one submission, and a batch takes a folder or an archive with a class's.",
            hint=f"Grade it alone with: {command}",
        )
    with ExitStack() as stack:
        asked = {each.id: asked_for(each.stub) for each in (*exercises, *others)}
        yield _intake(open_tree(path, stack), Naming(exercises, others), asked, shape, roster, due)


def _intake(
    tree: Tree,
    naming: Naming,
    asked: Asked,
    wanted: Shape | None,
    roster: Sequence[Student],
    due: datetime | None,
) -> Intake:
    somewhere = [oddity for oddity in tree.oddities if is_safe(oddity.path)]
    everything: list[Item | Oddity] = [*tree.items, *somewhere, *tree.bare]
    layout = Layout(tree.name, tuple(Located(tuple(each.path.split("/")), each) for each in everything))
    shape, sections = recognise(layout, naming, wanted=wanted)
    system = Counter(dict(tree.system_files))
    found: list[Candidate | LeftOut] = [
        LeftOut(oddity.path, oddity.reason) for oddity in tree.oddities if not is_safe(oddity.path)
    ]
    # A folder without a file may lie beside the one that holds the class, or what is taken for the class.
    within = {file.item.path for section in sections for file in section.files if file.is_folder}
    found += [LeftOut(each.path, each.reason) for each in tree.bare if each.path not in within]
    unread: list[str] = []
    for section in sections:
        is_inputs = len(sections) == 1 or section.root == layout.root
        added, others = set_apart(section, shape)
        if shape is Shape.GRADESCOPE and not added.names and len(sections) == 1:
            raise UsageFault(
                f"A Gradescope export has a {GRADESCOPE_METADATA}, and there is none.",
                hint="Name the export's top folder, or another shape.",
            )
        system.update(added.names)
        unread += added.unread
        found += without_files(added, others)
        read = _reader(shape, others, added, naming)
        for file in others.files:
            found += claimed(file, read(file), section.root, naming, due, is_inputs=is_inputs)
    found = [another_exercises(each, asked) or each if isinstance(each, Candidate) else each for each in found]
    people = People(roster, filter(None, map(_whose, found)), with_groups=shape is Shape.MOODLE)
    intake = _chosen([one for each in found for one in _as_known(each, people)], shape, people, naming, asked)
    notes = (unread_note(unread),) if unread and due else ()
    intake = people.accounted_for(
        replace(intake, system_files=tuple(sorted(system.items())), notes=(*notes, *intake.notes))
    )
    return replace(intake, left_out=tuple(_said_once(intake.left_out)))


def _chosen(
    found: Sequence[Candidate | LeftOut],
    shape: Shape,
    people: People,
    naming: Naming,
    asked: Asked,
) -> Intake:
    """Of what each student handed in for an exercise, what is graded, and what is left out."""
    left_out = [each for each in found if isinstance(each, LeftOut)]
    candidates = [each for each in found if isinstance(each, Candidate)]
    rivals: Rivals = {}
    for each in candidates:
        rivals.setdefault((each.claim.student.key, each.exercise), []).append(each)
    if shape in _NAMED_BY_THEIR_OWNERS:
        left_out += _strays(rivals, asked, people)
    entries: list[Entry] = []
    crowded = {student: 0 for student, _ in rivals}
    for (student, exercise), group in rivals.items():
        crowded[student] += choose(group, naming, asked[exercise], entries, left_out)
    left_out = list(_without_idle_folders(left_out, entries))
    return Intake(
        shape=shape,
        entries=tuple(sorted(entries, key=lambda each: (each.student.key, each.exercise, each.attempt, each.name))),
        left_out=tuple(sorted(left_out, key=lambda each: (each.name, each.student.key if each.student else ""))),
        notes=tuple(_sections_perhaps(shape, crowded, len(entries))),
    )


def _strays(rivals: Rivals, asked: Asked, people: People) -> list[LeftOut]:
    """What is nobody's, taken out of `rivals`."""
    strays = [each for each in nobodys([*rivals.values()], asked) if not people.lists(each.claim.student.key)]
    for each in strays:
        rivals.pop((each.claim.student.key, each.exercise), None)
    reason = "Its name is no student's, and it defines nothing that is asked for."
    return [LeftOut(each.item.path, reason) for each in strays]


def _sections_perhaps(shape: Shape, crowded: Mapping[str, int], graded: int) -> Iterator[str]:
    """A sentence where as many solutions lost to another of the same folder as were graded, or more."""
    folders = [folder for folder, lost in crowded.items() if lost]
    lost = sum(crowded.values())
    if shape in _NAMED_BY_THEIR_OWNERS and folders and lost >= graded:
        shown = ", ".join(folders[:_MOST_SHOWN]) + (", ..." if len(folders) > _MOST_SHOWN else "")
        yield (
            f"{lost} files that look like solutions were left out for another of the same student's ({shown}). "
            "Does each of these folders hold a section, and no one student's work? Then grade the folders one by one, "
            "with the same folder of results."
        )


def _without_idle_folders(left_out: Sequence[LeftOut], entries: Sequence[Entry]) -> Iterator[LeftOut]:
    """What was left out, less the folders without a file of students who have files elsewhere."""
    busy = {each.student.key for each in entries}
    busy |= {each.student.key for each in left_out if each.student and not each.name.endswith("/")}
    for each in left_out:
        if not (each.name.endswith("/") and each.student and each.student.key in busy):
            yield each


def _said_once(left_out: Sequence[LeftOut]) -> Iterator[LeftOut]:
    """What is left out, and what each of a group would have it said of: once, with the names of all."""
    alike: dict[tuple[str, str, int], list[LeftOut]] = {}
    times = Counter[LeftOut]()
    for each in left_out:
        times[each] += 1  # an archive may hold two files of one name
        rest = each.reason.removeprefix(_name(each))
        alike.setdefault((each.name, rest, times[each]), []).append(each)
    for (_, rest, _), group in alike.items():
        names = [_name(each) for each in group if each.reason != rest]
        yield replace(group[0], reason=" and ".join(filter(None, (", ".join(names[:-1]), *names[-1:]))) + rest)


def _name(each: LeftOut) -> str:
    return each.student.name if each.student else ""


def _reader(
    shape: Shape,
    layout: Layout,
    added: Added,
    naming: Naming,
) -> shapes.Reader:
    match shape:
        case Shape.CANVAS:
            return shapes.canvas
        case Shape.MOODLE:
            return shapes.moodle(layout)
        case Shape.GRADESCOPE:
            return shapes.gradescope(added.owners)
        case Shape.NBGRADER:
            return shapes.nbgrader(layout, added.times)
        case Shape.CLASSROOM:
            return shapes.classroom(layout, naming)
        case Shape.FOLDERS:
            return shapes.folders(naming)
        case Shape.FILES:
            return shapes.files(layout, naming)


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
