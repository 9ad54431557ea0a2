"""Which of a student's files for an exercise is graded.

Two files in one try: one is taken, the other is left out with the reason. The one that counts is, in this order: named
after the exercise; named solution or submission; a .py file before a notebook, which is often the draft; the one that
lies higher up; the one handed in later; the later one in the input.

Tries are counted within one lineage (solution.py and solution-1.py), that of the best file, since utils-3.py beside
solution.py is no third try at the exercise. Where a folder says which try it is (attempt2), any file is of the lineage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from grader.batch.intake.archive import Item
from grader.batch.intake.handed_in import Entry, LeftOut
from grader.batch.intake.shapes import Claim

_USUAL_STEMS = ("solution", "submission", "my_solution")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim on a file for an exercise. `named`: the file's own name says so."""

    claim: Claim
    exercise: str
    item: Item
    named: bool


def _stem(candidate: Candidate) -> str:
    return candidate.claim.lineage.casefold()


# What decides between two files, and the words for it. Less is better.
_PREFERENCES: tuple[tuple[Callable[[Candidate], int], str], ...] = (
    (lambda each: not each.named, "because its name says the exercise"),
    (lambda each: _stem(each) not in _USUAL_STEMS, "because of its name"),
    (lambda each: not each.item.path.lower().endswith(".py"), "because a .py file comes before a notebook"),
    (lambda each: each.item.path.count("/"), "because it lies higher up"),
    (lambda each: -each.claim.sequence, "because it was handed in later"),
)


def choose(group: list[Candidate], entries: list[Entry], left_out: list[LeftOut]) -> None:
    """Sort the candidates of one student for one exercise into entries, one for each try, and files left out."""
    chosen: dict[int, Candidate] = {}
    ranked = group[::-1]  # where nothing decides, the later file in the input does: the sort keeps the order of equals
    ranked.sort(key=lambda each: [preference(each) for preference, _ in _PREFERENCES])
    lineage = next(filter(None, map(_stem, ranked)), "")
    for each in ranked:
        if _stem(each) in (lineage, "") and each.claim.attempt not in chosen:
            chosen[each.claim.attempt] = each
            entries.append(_entry(each))
        else:
            left_out.append(_beaten(each, chosen.get(each.claim.attempt, ranked[0])))


def _entry(candidate: Candidate) -> Entry:
    claim, item = candidate.claim, candidate.item
    return Entry(
        student=claim.student,
        exercise=candidate.exercise,
        name=item.path,
        source=item.source,
        attempt=claim.attempt,
        submitted_at=claim.submitted_at,
        late=claim.late,
    )


def _beaten(candidate: Candidate, winner: Candidate) -> LeftOut:
    reasons = (words for preference, words in _PREFERENCES if preference(winner) != preference(candidate))
    why = next(reasons, "because it comes later in the input")
    student = candidate.claim.student
    reason = (
        f"{student.name} handed in more than one file for {candidate.exercise}. {winner.item.path} is graded, {why}."
    )
    return LeftOut(candidate.item.path, reason, student)
