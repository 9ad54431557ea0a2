"""The students of an intake held against a roster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from grader.batch.intake.handed_in import Intake, Stranger
from grader.batch.students import Directory, Student


class People:
    """Students as the roster knows them, and the account of who is not in it."""

    def __init__(self, roster: Sequence[Student]) -> None:
        self._directory = Directory(roster)
        self._known: dict[Student, Student] = {}
        self._strangers: dict[str, Stranger] = {}

    def known_as(self, student: Student) -> Student:
        """The roster's record of a student, with what it lacks filled in; the student as given where there is none."""
        if student not in self._known:
            self._known[student] = self._look_up(student)
        return self._known[student]

    def lists(self, key: str) -> bool:
        """Whether the roster has a student with this key."""
        return any(each.key == key for each in self._directory.students)

    def _look_up(self, student: Student) -> Student:
        if not self._directory.students:
            return student
        found = self._directory.find(student)
        if len(found) == 1:
            # A roster made from a Moodle worksheet has the numbers of that assignment, which need not be this one.
            return replace(found[0].filled_from(student), moodle_id=student.moodle_id or found[0].moodle_id)
        reason = f"Nobody in the roster fits {student.name}."
        if found:
            names = ", ".join(f"{each.name} ({each.key})" for each in found)
            reason = f"Several in the roster fit {student.name}: {names}."
        self._strangers[student.key] = Stranger(student, reason)
        return student

    def accounted_for(self, intake: Intake) -> Intake:
        """The intake, with everybody in it who has no entry, or no place in the roster."""
        present = {entry.student.key for entry in intake.entries}
        empty = {each.student.key: each.student for each in intake.left_out if each.student is not None}
        return replace(
            intake,
            empty_handed=tuple(empty[key] for key in sorted(empty.keys() - present)),
            missing=tuple(each for each in self._directory.students if each.key not in present | empty.keys()),
            strangers=tuple(self._strangers[key] for key in sorted(self._strangers.keys() & (present | empty.keys()))),
            notes=(*intake.notes, *_alike(sorted(present | empty.keys()))),
        )


def _alike(keys: list[str]) -> Iterator[str]:
    """A sentence for each pair of students whom only upper and lower case tell apart."""
    seen: dict[str, str] = {}
    for key in keys:
        other = seen.setdefault(key.casefold(), key)
        if other != key:
            yield f"{other} and {key} differ in upper and lower case alone; they are graded as two students."
