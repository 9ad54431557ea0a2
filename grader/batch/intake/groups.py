"""What one member of a group hands in for all: Canvas gives it out once, under that member's number.

Whether an assignment is a group's, the files do not say, and a roster's groups may be those of the tutorials. In a
group's assignment no two members hand in. So where two have, everybody gets what is their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from grader.batch.intake.choice import Candidate
from grader.batch.students import Student, words


def for_other_members(
    found: Sequence[Candidate], roster: Iterable[Student], left_out: Collection[Student | None]
) -> tuple[list[Candidate], tuple[str, ...]]:
    """A candidate for each member of a submitter's group who handed in nothing, and a sentence on it.

    `left_out` are the students of whom there is something that is not graded: that they handed in, if not this.
    """
    own: dict[tuple[str, str], dict[str, Student]] = {}
    for each in found:
        if group := _group(each.claim.student):
            own.setdefault((group, each.exercise), {})[each.claim.student.key] = each.claim.student
    for (_, exercise), students in own.items():
        if len(students) > 1:
            one, other, *_ = students.values()
            return [], (
                f"{one.name} and {other.name} are both in the group {one.group} and each handed in {exercise}, so what "
                "was handed in counts for nobody else: the roster's groups are not those of this assignment.",
            )
    submitters = {each.claim.student.key: each.claim.student for each in found}
    members: dict[str, list[Student]] = {}
    for student in roster:
        if _group(student) and student.key not in {each.key for each in left_out if each}:
            members.setdefault(_group(student), []).append(submitters.get(student.key, student))
    given = [
        replace(each, claim=replace(each.claim, student=member))
        for each in found
        for member in members.get(_group(each.claim.student), ())
        if member.key != each.claim.student.key
    ]
    names = ", ".join(dict.fromkeys(each.claim.student.name for each in given))
    return given, (f"What another of their group in the roster handed in counts for {names} too.",) if names else ()


def _group(student: Student) -> str:
    return " ".join(words(student.group))
