"""The students of an intake held against a roster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from grader.batch.intake.handed_in import Intake, Stranger
from grader.batch.students import Directory, Student, address_of, differ_in, share_an_id, words

# The columns of a roster in which two students of one name are told apart.
_COLUMNS = {"canvas_id": "canvas id", "sid": "sid", "email": "email", "github": "github", "moodle_id": "moodle id"}


class People:
    """Students as the roster knows them, and the account of who is not in it.

    Everybody of the input is looked up at once: whom a name fits depends on who else has it.
    """

    def __init__(self, roster: Sequence[Student], handed_in: Iterable[Student], *, with_groups: bool = False) -> None:
        """`with_groups` says that whoever is called as a group of the roster is that group: in Moodle's exports alone.

        Elsewhere the groups may be those of the tutorials, and a folder of that name holds the work of many.
        """
        self._directory = Directory(roster)
        self._keys = {each.key for each in roster}
        self._groups: dict[str, list[Student]] = {}
        for each in roster if with_groups else ():
            if called := " ".join(words(each.group)):
                self._groups.setdefault(called, []).append(each)
        self._known: dict[Student, tuple[Student, ...]] = {}
        self._strangers: dict[str, Stranger] = {}
        fitting: dict[Student, list[Student]] = {}
        for student in dict.fromkeys(handed_in) if roster else ():
            found = self._directory.find(student)
            if len(found) == 1:
                fitting.setdefault(found[0], []).append(student)
            elif found:
                names = ", ".join(f"{each.name} ({each.key})" for each in found)
                self._turn_away(student, f"Several in the roster fit {_called(student)}: {names}.")
            elif group := self._groups.get(" ".join(words(student.name))):
                self._known[student] = tuple(group)
            else:
                self._turn_away(student, self._why_nobody(student))
        for known, students in fitting.items():
            self._settle(known, students)

    def known_as(self, student: Student) -> tuple[Student, ...]:
        """The roster's record of a student, with what it lacks filled in; the student as given where there is none.

        There are several where the "student" is a Moodle group that the roster has members of.
        """
        return self._known.get(student, (student,))

    def lists(self, key: str) -> bool:
        """Whether the roster has a student with this key."""
        return key in self._keys

    def _settle(self, known: Student, students: Sequence[Student]) -> None:
        """Whom of those who fit somebody in the roster that is. One person has not two ids of one platform."""
        sure = [each for each in students if share_an_id(known, each)]
        rest = [each for each in students if each not in sure]
        apart = next(filter(None, (differ_in(one, other) for one, other in combinations(rest, 2))), "")
        for each in students:
            other = next((other for other in sure if each in rest and differ_in(each, other)), None)
            if other is not None:
                self._turn_away(each, f"Nobody in the roster fits {_label(each)}: {known.name} there is {other.key}.")
            elif apart and each in rest:
                others = " or ".join(other.key for other in rest if other != each)
                reason = f"{_label(each)} may be {known.name} in the roster, and so may {others}"
                self._turn_away(each, f"{reason}: tell them apart there in a column {_COLUMNS[apart]!r}.")
            else:
                # A roster made from a Moodle worksheet has the numbers of that assignment, which need not be this one.
                one = replace(known.filled_from(each), moodle_id=each.moodle_id or known.moodle_id)
                self._known[each] = (one,)

    def _turn_away(self, student: Student, reason: str) -> None:
        self._strangers[student.key] = Stranger(student, reason)

    def _why_nobody(self, student: Student) -> str:
        reason = f"Nobody in the roster fits {_called(student)}"
        for other in self._directory.with_email(student.email):
            if other.sid and student.sid:
                return (
                    f"{reason}: {student.email} is {other.name} there, whose number is {other.sid}, not {student.sid}."
                )
        for other in self._directory.find_but_for_email(student):
            return f"{reason}: {other.name} there has the address {other.email}, not {address_of(student)}."
        return reason.removesuffix(".") + "."

    def accounted_for(self, intake: Intake) -> Intake:
        """The intake, with everybody in it who has no entry, or no place in the roster."""
        graded = {entry.student.key for entry in intake.entries}
        empty = {each.student.key: each.student for each in intake.left_out if each.student is not None}
        present = graded | empty.keys()
        return replace(
            intake,
            empty_handed=tuple(empty[key] for key in sorted(empty.keys() - graded)),
            missing=tuple(each for each in self._directory.students if each.key not in present),
            strangers=tuple(self._strangers[key] for key in sorted(self._strangers.keys() & present)),
            notes=(*intake.notes, *_alike(sorted(present))),
        )


def _called(student: Student) -> str:
    """The name, or else the key in quotes, as a folder's name may be none that reads as one."""
    return student.name if words(student.name) else f"'{student.key}'"


def _label(student: Student) -> str:
    """A name, and with it the key where that says more."""
    return student.key if student.key.startswith(student.name) else f"{student.name} ({student.key})"


def _alike(keys: list[str]) -> Iterator[str]:
    """A sentence for each pair of students whom only upper and lower case tell apart."""
    seen: dict[str, str] = {}
    for key in keys:
        other = seen.setdefault(key.casefold(), key)
        if other != key:
            yield f"{other} and {key} differ in upper and lower case alone; they are graded as two students."
