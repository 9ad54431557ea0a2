"""Which of a student's files for an exercise is graded.

Of two files in one try one is taken, and the other is left out with the reason. A right file must not lose to what lies
beside it: tests, helpers, an old copy, the stub as it was given. So what a file defines decides first, by a look at its
text. Where that is the same for both, names do, and `_PREFERENCES` has the order.

Tries are counted within one lineage (solution.py and solution-1.py), that of the best file, since utils-3.py beside
solution.py is no third try at the exercise. Where a folder says which try it is (attempt2), any file is of the lineage.
And a file that defines nothing of what is asked for is no try where another one does: "ex1 (1).py" may be the stub,
downloaded a second time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grader.batch.intake.archive import Item
from grader.batch.intake.asked import defined
from grader.batch.intake.handed_in import Entry, LeftOut
from grader.batch.intake.shapes import Claim
from grader.batch.late import Lateness
from grader.batch.naming import Naming

_USUAL_STEMS = ("my_solution", "solution", "submission", "main")  # the first is the likeliest

# Words in the name of a file, or of a folder around it, that is no solution, or one no more.
NO_SOLUTION = frozenset({
    "test", "tests", "conftest", "util", "utils", "helper", "helpers", "setup", "init", "old", "backup", "bak", "copy",
    "draft", "stub", "template",
})  # fmt: skip
WORD = re.compile(r"[^\W\d_]+")

_MOST_LOOKED_INTO = 30  # files of one student for one exercise, the best by name


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim on a file for an exercise. `named_as` are others that its name says, or else a folder's: `named_by`."""

    claim: Claim
    exercise: str
    item: Item
    named_as: tuple[str, ...] = ()
    named_by: str = ""


def _lineage(candidate: Candidate) -> str:
    return candidate.claim.lineage.casefold()


def _is_no_solution(candidate: Candidate, naming: Naming) -> bool:
    rest = (naming.without_names(name) for name in candidate.claim.own)
    return any(not NO_SOLUTION.isdisjoint(WORD.findall(each.casefold())) for each in rest)


def _usual(candidate: Candidate) -> int:
    """Where the file's name is among the usual ones, or a number beyond."""
    stem = "_".join(WORD.findall(candidate.claim.own[-1].casefold()))
    return _USUAL_STEMS.index(stem) if stem in _USUAL_STEMS else len(_USUAL_STEMS)


def _is_late(candidate: Candidate) -> bool:
    return candidate.claim.late is not None and candidate.claim.late != Lateness(0.0)


# What decides between two files that define as much, and the words for it. Less is better.
_PREFERENCES: tuple[tuple[Callable[[Candidate, Naming], int], str], ...] = (
    (_is_no_solution, "because the other's name says that it is no solution"),
    (lambda each, naming: naming.without_names(each.claim.own[-1]) != "", "because its name is the exercise's"),
    (lambda each, naming: not naming.ids_in(each.claim.own[-1]), "because its name says the exercise"),
    (lambda each, _: _usual(each), "because of its name"),
    (lambda each, _: not each.item.path.lower().endswith(".py"), "because a .py file comes before a notebook"),
    (lambda each, _: each.item.path.count("/"), "because it lies higher up"),
    (lambda each, _: -each.claim.sequence, "because it was handed in later"),
    (lambda each, _: _is_late(each), "because it is not marked late"),
)
_WORDS = ("because it defines more of what is asked for", *(words for _, words in _PREFERENCES))

# A candidate after its ranks: first minus the number of names that it defines, then what `_PREFERENCES` say.
Ranked = tuple[list[int], Candidate]
_NOTHING, _UNKNOWN = 0, 1


def choose(
    group: list[Candidate],
    naming: Naming,
    asked: Mapping[str, str],
    entries: list[Entry],
    left_out: list[LeftOut],
) -> int:
    """Sort the candidates of one student for one exercise into entries, one for each try, and files left out.

    `asked` is what the exercise asks for. Gives how many were left out that look like another's whole solution: they
    define as much as what is graded, under a name of their own.
    """
    rivals = 0
    chosen: dict[int, Ranked] = {}
    ranked = _ranked(group, naming, asked)
    lineage = next(filter(None, (_lineage(each) for _, each in ranked)), "")
    for rank, each in ranked:
        is_empty = rank[0] == _NOTHING and ranked[0][0][0] < _NOTHING
        if _lineage(each) in (lineage, "") and not is_empty and each.claim.attempt not in chosen:
            chosen[each.claim.attempt] = rank, each
            entries.append(_entry(each))
        else:
            better, taken = chosen.get(each.claim.attempt, ranked[0])
            left_out.append(_beaten((rank, each), (better, taken)))
            is_copy = each.item.path.rpartition(".")[0] == taken.item.path.rpartition(".")[0]
            rivals += rank[:2] == better[:2] and rank[0] < _NOTHING and not is_copy
    return rivals


def _ranked(group: list[Candidate], naming: Naming, asked: Mapping[str, str]) -> list[Ranked]:
    """The best first. Where nothing decides, the later file in the input does: sorting keeps the order of equals."""
    ranked = [([_UNKNOWN, *(int(rank(each, naming)) for rank, _ in _PREFERENCES)], each) for each in reversed(group)]
    ranked.sort(key=lambda each: each[0])
    if len(group) > 1:
        for rank, each in ranked[:_MOST_LOOKED_INTO]:
            rank[0] = -len(defined(each.item.source, asked))
        ranked.sort(key=lambda each: each[0])
    return ranked


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


def _beaten(beaten: Ranked, winner: Ranked) -> LeftOut:
    (rank, candidate), (better, taken) = beaten, winner
    reasons = (words for words, one, other in zip(_WORDS, better, rank, strict=True) if one != other)
    why = next(reasons, "because it comes later in the input and nothing else tells them apart")
    student = candidate.claim.student
    reason = (
        f"{student.name} handed in more than one file for {candidate.exercise}. {taken.item.path} is graded, {why}."
    )
    return LeftOut(candidate.item.path, reason, student)
