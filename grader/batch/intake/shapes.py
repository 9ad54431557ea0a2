"""Whose a file is. One function a shape, from a path to a `Claim`, or to a sentence on why the file is nobody's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from grader.batch.intake.archive import CODE_SUFFIXES, SUFFIXES
from grader.batch.intake.gradescope import Record
from grader.batch.intake.layout import (
    CANVAS,
    CANVAS_TYPED,
    MOODLE,
    Layout,
    Located,
    classroom_slug,
    outside_exercise_folders,
)
from grader.batch.late import Lateness
from grader.batch.naming import Naming, split_try
from grader.batch.students import Student


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Whose file this is, as its shape says.

    `hints` are the names that may say which exercise it is for, the most telling first. `own` are the names below what
    is the student's, the file's last, without its suffix and the mark of a further try. `lineage` is the file's name
    without the mark of a further try: tries of one lineage are tries at the same thing. `sequence` grows with time
    where the platform numbers what comes in.
    """

    student: Student
    hints: tuple[str, ...]
    own: tuple[str, ...]
    lineage: str
    attempt: int = 1
    submitted_at: datetime | None = None
    late: Lateness | None = None
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Aside:
    """Something of a student's that is no file, and a sentence on what it is."""

    student: Student
    reason: str


Nobodys = str  # a sentence
Answer = Claim | tuple[Claim, ...] | Aside | Nobodys  # a group's file is one claim for each member
Reader = Callable[[Located], Answer]


_CANVAS_AGAIN = re.compile(r"(.+)-(\d{1,3})", re.DOTALL)


def canvas(file: Located) -> Claim | Aside | Nobodys:
    """One file of Canvas's "Download Submissions"; a resubmission's file has -1, -2, ... before its suffix."""
    match = CANVAS.fullmatch(file.parts[0])
    if match is None:
        if typed := CANVAS_TYPED.fullmatch(file.parts[0]):
            return Aside(_canvas_student(typed), "This is text or a link entered in Canvas, not a file.")
        return "Its name is not one that Canvas gives to a submission."
    handed_in = _stem(_without_archive_suffix(match["file"]))
    again = _CANVAS_AGAIN.fullmatch(handed_in)
    lineage = again[1] if again else handed_in
    return Claim(
        student=_canvas_student(match),
        hints=_hints((match["file"], *file.parts[1:])),
        own=_own((match["file"], *file.parts[1:])) if file.parts[1:] else (lineage,),
        lineage=lineage,
        attempt=int(again[2]) + 1 if again else 1,
        late=Lateness(None if match["late"] or match["anon_late"] else 0.0),
        sequence=int(match["attachment"]),
    )


def _canvas_student(match: re.Match[str]) -> Student:
    if anonymous := match["anon"]:
        return Student(key=anonymous, name=f"anonymous {anonymous}")
    name = (match["name"] or "").replace("_", " ").strip()
    return Student(key=match["user"], name=name or match["user"], canvas_id=match["user"])


def moodle(layout: Layout) -> Reader:
    """Moodle's "Download all submissions". The number of a participant is that of the grading worksheet.

    It is another one in each assignment, so the key of a student is the name, with the number where two share one (all
    do where marking is blind). A group has its name and the number of the group, which is no participant's.
    """
    matches = [match for top in layout.tops if (match := MOODLE.fullmatch(top))]
    names = Counter(name for name, _ in {(match["name"], match["id"]) for match in matches})

    def read(file: Located) -> Answer:
        match = MOODLE.fullmatch(file.parts[0])
        if match is None:
            return "Its folder is not named as Moodle names a submission's."
        name = match["name"].strip() or "Participant"
        number = match["id"] or ""
        key = f"{name} {number}" if number and names[match["name"]] > 1 else name
        student = Student(key=key, name=name, moodle_id=number)
        if match["plugin"] != "file":
            return Aside(student, f"This was entered in Moodle ({match['plugin']}), not handed in as a file.")
        parts = (*filter(None, [match["file"]]), *file.parts[1:])
        return _claim(student, parts) if parts else Aside(student, "It has no name of its own.")

    return read


def nbgrader(layout: Layout, times: Mapping[tuple[str, ...], datetime]) -> Reader:
    """The tree that nbgrader collects into; only what lies below submitted/ was handed in."""
    below = layout.root != "submitted"

    def read(file: Located) -> Answer:
        parts = file.parts
        if below:
            if parts[0] != "submitted":
                return "It is not in submitted/, where nbgrader keeps what was handed in."
            parts = parts[1:]
        if file.is_folder and len(parts) == 2:
            return Aside(_student(parts[0]), "There is no assignment in this folder.")
        if len(parts) < 3:
            return "It does not lie in submitted/STUDENT/ASSIGNMENT/."
        return _claim(_student(parts[0]), parts[2:], also=(parts[1],), submitted_at=times.get(file.parts[:-1]))

    return read


def classroom(layout: Layout, naming: Naming) -> Reader:
    """Clones of GitHub Classroom: what follows the assignment's name in the repository's is the account."""
    slug = classroom_slug(layout, naming)

    def read(file: Located) -> Claim | Nobodys:
        repository = file.parts[0]
        if len(file.parts) < 2:
            return "It lies beside the repositories, not in one."
        account = repository.removeprefix(f"{slug}-") or repository
        student = Student(key=account, name=account, github=account)
        return _claim(student, file.parts[1:], also=(repository, slug))

    return read


def gradescope(records: Mapping[str, Sequence[Record]]) -> Reader:
    """A Gradescope export: its metadata, by folder, says whose each folder is."""

    def read(file: Located) -> Answer:
        if len(file.parts) < 2:
            return "It lies beside the submissions' folders, not in one."
        known = records.get(file.parts[0])
        if known is None:
            return "Its folder is not in submission_metadata.yml."
        if not known:
            return "submission_metadata.yml names nobody who handed in its folder."
        return tuple(
            _claim(each.student, file.parts[1:], attempt=each.attempt, submitted_at=each.submitted_at) for each in known
        )

    return read


def folders(naming: Naming) -> Reader:
    """A folder for each student, perhaps within or around a folder for each exercise."""

    def read(file: Located) -> Claim | Nobodys:
        parts = outside_exercise_folders(file.parts, naming)
        if len(parts) < 2:
            return "It lies beside the students' folders, not in one."
        return _claim(_folder_student(parts[0], naming), parts[1:], also=file.parts[-2::-1])

    return read


# What people add to a file's name that is no part of theirs.
_NOISE = re.compile(r"(?:[\W_]+(?:final|solution|submission|homework))+$", re.IGNORECASE)


def files(layout: Layout, naming: Naming) -> Reader:
    """A file for each student, the exercise in its name or in a folder's. A folder is still a student's.

    One without a file is so only where another one holds some.
    """
    owned = any(len(outside_exercise_folders(each.parts, naming)) > 1 for each in layout.files if not each.is_folder)

    def read(file: Located) -> Claim | Nobodys:
        parts = outside_exercise_folders(file.parts, naming)
        if file.is_folder and not (owned and len(parts) > 1):
            return "It is a folder beside the students' files."
        if len(parts) > 1:
            return _claim(_folder_student(parts[0], naming), parts[1:], also=file.parts[-2::-1])
        stem, attempt = split_try(_stem(parts[0]))
        name = _NOISE.sub("", naming.without_names(stem))
        name = name or layout.root or "unnamed"  # named after exercises alone: the owner of the folder
        hints = (parts[0], *file.parts[-2::-1])
        return Claim(student=_student(name), hints=hints, own=(stem,), lineage=stem, attempt=attempt)

    return read


def _claim(
    student: Student,
    parts: tuple[str, ...],
    *,
    also: Iterable[str] = (),
    attempt: int | None = None,
    submitted_at: datetime | None = None,
) -> Claim:
    """A claim on a file that lies at `parts` below what is the student's own."""
    stem, by_name = split_try(_stem(parts[-1]))
    tries = [number for part in parts[:-1] if (number := split_try(part)[1]) > 1 or "attempt" in part.lower()]
    return Claim(
        student=student,
        hints=_hints(parts, also),
        own=_own(parts),
        lineage="" if tries else stem,
        attempt=attempt or (tries[-1] if tries else by_name),
        submitted_at=submitted_at,
    )


def _own(parts: tuple[str, ...]) -> tuple[str, ...]:
    return (*parts[:-1], *(split_try(_stem(name))[0] for name in parts[-1:]))


def _hints(parts: tuple[str, ...], also: Iterable[str] = ()) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*reversed(parts), *also)))


def _student(name: str) -> Student:
    """A student of whom a file or folder name is all that is known."""
    name = _without_archive_suffix(name)
    return Student(key=name, name=name)


def _folder_student(name: str, naming: Naming) -> Student:
    """As `_student`, for a folder that may be called "ada-ex1" as well as "ada"."""
    name = _without_archive_suffix(name)
    return _student(naming.without_names(name) or name)


def _without_archive_suffix(name: str) -> str:
    suffixes = (suffix for suffix in SUFFIXES if name.lower().endswith(suffix) and len(suffix) < len(name))
    return name[: len(name) - max(map(len, suffixes), default=0)]


def _stem(name: str) -> str:
    suffix = next((suffix for suffix in CODE_SUFFIXES if name.lower().endswith(suffix)), "")
    return name[: len(name) - len(suffix)] if suffix else name.rpartition(".")[0] or name
