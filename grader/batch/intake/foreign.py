"""What is no work on what is asked for, though it lies where such work would: another exercise's, or nobody's.

A name alone never decides: it is what a file defines that shows whose work it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

from grader.batch.intake.asked import defined, mentioned
from grader.batch.intake.choice import NO_SOLUTION, WORD, Candidate
from grader.batch.intake.handed_in import LeftOut
from grader.batch.intake.sources import Source

Asked = Mapping[str, Mapping[str, str]]  # what each exercise asks for


def another_exercises(candidate: Candidate, asked: Asked) -> LeftOut | None:
    """Why a file is not graded that is work on another exercise: it is named as that, and defines nothing of this one.

    What it defines decides, whatever its name, and be it as in the stub: a solution may be saved under last week's
    name. A function that both ask for speaks for the one of which the file has all, or else more.
    """
    this, item = asked[candidate.exercise].keys(), candidate.item
    for other in candidate.named_as if this else ():
        if _is_work_on(item.source, asked[other].keys(), this):
            place = "Its name" if item.path.endswith(candidate.named_by) else "The name of its folder"
            reason = (
                f"{place}, '{candidate.named_by}', is {other}'s, "
                f"and it defines nothing that {candidate.exercise} alone asks for."
            )
            return LeftOut(item.path, reason, candidate.claim.student)
    return None


def _is_work_on(source: Source, other: Set[str], this: Set[str]) -> bool:
    """Whether a file that is named as the other exercise's is so by what is in it too."""
    if mentioned(source, this - other):
        return False
    mine, others = (defined(source, dict.fromkeys(each, "")) for each in (this, other))
    if not mine and (mine := mentioned(source, this)):  # they may be defined where they are not seen
        others = mentioned(source, other)
    if mine == this:  # one of the other's names may be a helper's here
        return others == other and len(others) > len(mine)
    return not mine or others == other or len(others) > len(mine)


def nobodys(groups: Sequence[list[Candidate]], asked: Asked) -> Iterator[Candidate]:
    """What lies among the students' own and is nobody's: the owner would be called test or utils, or the like.

    It defines nothing of what is asked for, and something else does: else it might be a student's poor work.
    """
    suspects = [group for group in groups if _is_no_name(group[0].claim.student.key)]
    strays = [each for each in suspects if asked[each[0].exercise] and not _define_something(each, asked)]
    others = (group for group in groups if not _is_no_name(group[0].claim.student.key))
    if strays and any(_define_something(each, asked) for each in others):
        for group in strays:
            yield from group


def _is_no_name(key: str) -> bool:
    words = WORD.findall(key.casefold())
    return bool(words) and NO_SOLUTION.issuperset(words)


def _define_something(group: list[Candidate], asked: Asked) -> bool:
    return any(defined(each.item.source, asked[each.exercise]) for each in group)
