"""Scores set by hand, held to the points of their exercise: those may have become fewer since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grader.batch.records import Override, TakenBack, number
from grader.errors import UsageFault

_MOST_NAMED = 10
_HINT = (
    "`grade batch` with --overrides sets that right: with another score, or with an empty one and a reason to take it "
    "back."
)


def counting(
    current: Mapping[tuple[str, str], Override], changes: Iterable[Override | TakenBack]
) -> tuple[Override, ...]:
    """What will count by hand when `changes` are made."""
    after: dict[tuple[str, str], Override | TakenBack] = dict(current)
    after.update(((each.student, each.exercise), each) for each in changes)
    return tuple(each for each in after.values() if isinstance(each, Override))


def hold_within_points(overrides: Iterable[Override], points: Mapping[str, int], names: Mapping[str, str]) -> None:
    """Raise a UsageFault that says whose score by hand is above the points of its exercise, where any is.

    `names` has what each student is to be called, by key, where that is known.
    """
    above = []
    for each in overrides:
        if each.score > points[each.exercise]:
            name = names.get(each.student, each.student)
            above.append(f"{name} has {number(each.score)} in {each.exercise}, which counts {points[each.exercise]}")
    if above:
        scores = "1 score set by hand is" if len(above) == 1 else f"{len(above)} scores set by hand are"
        more = f"; and {len(above) - _MOST_NAMED} more" if len(above) > _MOST_NAMED else ""
        shown = "; ".join(above[:_MOST_NAMED])
        raise UsageFault(f"{scores} above the points of the exercise: {shown}{more}.", hint=_HINT)
