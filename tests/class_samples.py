"""A class for the tests of its page: records and reports of every kind, and hostile ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from batch_support import EX1, EX5, folder
from hypothesis import strategies as st
from report_samples import REPORTS, TEXT, golden

from grader.batch.graded import Graded
from grader.batch.intake.handed_in import Intake, LeftOut, Stranger
from grader.batch.intake.layout import Shape
from grader.batch.intake.take_in import take_in
from grader.batch.late import Lateness, parse_policy
from grader.batch.records import Override, Pair, Record, Standing
from grader.batch.standings import Rules, standings
from grader.batch.students import Student
from grader.model import Report, Status, Verdict
from grader.reporters.json_report import render_json
from grader.text import inert

Counted = list[tuple[Record, Graded | None]]
MAX_SCORES = {"ex1": 10, "ex5": 10}
FAULT = replace(
    golden("mixed"), exercise="ex1", verdict=Verdict.GRADER_ERROR, score=None, checks=(), reason="The sandbox is gone."
)


def student(number: int) -> Student:
    return Student(key=f"student{number:03d}")


def report(case: str, exercise: str, seconds: float) -> Report:
    return replace(golden(case), exercise=exercise, title=f"Exercise {exercise[2:]}", duration_s=seconds)


def graded(number: int, exercise: str, made: Report | None, late: Lateness | None = None, attempt: int = 1) -> Graded:
    return Graded(
        student=student(number),
        exercise=exercise,
        attempt=attempt,
        name=f"{exercise}.py",
        late=late,
        score=made.score if made else None,
        text=render_json(made) if made else "",
    )


def a_class() -> Counted:
    """Two exercises, ten students: each kind of row that there is."""
    work = [
        graded(1, "ex1", report("full_marks", "ex1", 0.5)),
        graded(1, "ex5", report("mixed", "ex5", 2.25)),
        graded(2, "ex1", report("full_marks", "ex1", 0.25), Lateness(93_600.0)),
        graded(2, "ex5", report("mixed", "ex5", 1.0), attempt=2),
        graded(3, "ex1", report("crashed_at_import", "ex1", 0.125), Lateness(0.0)),
        graded(4, "ex1", FAULT),
        graded(5, "ex1", None),
        graded(6, "ex5", replace(report("mixed", "ex5", 9.5), verdict=Verdict.TIMED_OUT), Lateness(None)),
        graded(10, "ex1", report("notebook", "ex1", 0.75), Lateness(3600.0)),
    ]
    by_hand = Override(student="student003", exercise="ex1", score=Decimal(7), reason="agreed in the lab")
    return list(
        standings(
            work,
            MAX_SCORES,
            Rules(policy=parse_policy("10%/day")),
            overrides={("student003", "ex1"): by_hand},
            missing=(Student(key="student009", name="student009"),),
        )
    )


def an_intake(root: Path) -> Intake:
    """What really comes of a folder that has nearly everything wrong with it."""
    files = {f"student{number:03d}/ex1.py": b"" for number in (1, 2, 3, 7)}
    files |= {
        "student001/.DS_Store": b"",
        "student002/notes.txt": b"",
        "student008/ex1.pdf": b"",
        "Student007/ex1.py": b"",
    }
    roster = [Student(key=key, login=key) for key in map("student{:03d}".format, (1, 2, 3, 8, 9))]
    with take_in(folder(root, files), (EX1, EX5), roster=roster) as intake:
        return intake


def large_class(size: int) -> Iterator[tuple[Record, Graded | None]]:
    """One row after another, none kept: every third fails with a mistake, every fiftieth is late or crashes."""
    cases = ("full_marks", "mixed", "full_marks")
    for number in range(size):
        case = "crashed_at_import" if number % 50 == 0 else cases[number % 3]
        late = Lateness(1000.0 * number) if number % 50 == 1 else None
        made = graded(number, "ex1", report(case, "ex1", number / 1000), late)
        yield from standings([made], {"ex1": 10}, Rules())


# The intake makes keys inert, and what names an exercise or a page is ours; all else is whatever somebody typed.
KEYS = TEXT.map(inert)
STUDENTS = st.builds(Student, key=KEYS, name=TEXT, email=TEXT)


def _row(who: Student, exercise: str, made: Report | None, file: str, late: Lateness | None, reason: str) -> Counted:
    score = None if made is None or made.verdict is Verdict.GRADER_ERROR else Decimal(made.score or 0)
    record = Record(
        student=who,
        exercise=exercise,
        max_score=10,
        standing=Standing.GRADER_FAULT if score is None else Standing.GRADED,
        score=score,
        problem=reason,
        attempt=1,
        file=file,
        late=late,
        override=Override(student=who.key, exercise=exercise, score=Decimal(3), reason=reason) if reason else None,
    )
    if made is not None:
        made = replace(made, score=None if score is None else made.score)
    text, points = (render_json(made), made.score) if made else ("", None)
    return [(record, Graded(student=who, exercise=exercise, attempt=1, name=file, late=late, score=points, text=text))]


ROWS = st.builds(
    _row,
    STUDENTS,
    KEYS,
    st.none() | REPORTS,
    TEXT,
    st.none() | st.builds(Lateness, st.none() | st.floats(0, 1e9)),
    st.just("") | TEXT,
)
CLASSES = st.lists(ROWS, max_size=4).map(lambda rows: [each for row in rows for each in row])
INTAKES = st.builds(
    Intake,
    shape=st.sampled_from(Shape),
    entries=st.just(()),
    left_out=st.lists(st.builds(LeftOut, TEXT, TEXT), max_size=2).map(tuple),
    system_files=st.lists(st.tuples(TEXT, st.integers(1, 9)), max_size=1).map(tuple),
    empty_handed=st.lists(STUDENTS, max_size=1).map(tuple),
    missing=st.lists(STUDENTS, max_size=1).map(tuple),
    strangers=st.lists(st.builds(Stranger, STUDENTS, TEXT), max_size=1).map(tuple),
    notes=st.lists(TEXT, max_size=1).map(tuple),
)
PAIRS = st.lists(st.builds(Pair, exercise=KEYS, one=KEYS, other=KEYS, share=st.floats(0, 1), page=KEYS), max_size=2)


def hostile_row(text: str) -> tuple[Record, Graded | None]:
    """A row with this text in every place that it can get to."""
    check = replace(golden("mixed").checks[1], title=text, reason=text, hint=text, mistake=text, status=Status.ERROR)
    made = replace(golden("mixed"), title=text, checks=(check,), reason=text, verdict=Verdict.CRASHED)
    return _row(Student(key=inert(text), name=text), inert(text), made, text, Lateness(None), text)[0]
