"""What two reports on the same exercise differ in."""

from __future__ import annotations

from dataclasses import dataclass

from grader.model import CheckResult, Report, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """From one report to the next. `points` is negative where some were lost, None where one has no score.

    The checks are named by their titles, in the exercise's order.
    """

    points: int | None
    now_pass: tuple[str, ...]
    no_longer_pass: tuple[str, ...]


def changes(before: Report, after: Report) -> Changes:
    """What came between `before` and `after`. A check that was not run has not passed."""
    passed_before, passes_now = _passed(before), _passed(after)
    known = {check.id: check for check in (*before.checks, *after.checks)}
    return Changes(
        points=None if before.score is None or after.score is None else after.score - before.score,
        now_pass=_titles(known, passes_now - passed_before),
        no_longer_pass=_titles(known, passed_before - passes_now),
    )


def in_words(changes: Changes) -> list[str]:
    """The changes as lines to read."""
    lines = []
    if changes.points:
        kind = "more" if changes.points > 0 else "fewer"
        count = abs(changes.points)
        lines.append(f"{count} {kind} point{'' if count == 1 else 's'} than last time.")
    lines += [f"Now passes:        {title}" for title in changes.now_pass]
    lines += [f"No longer passes:  {title}" for title in changes.no_longer_pass]
    return lines or ["The same checks pass as last time."]


def _passed(report: Report) -> set[str]:
    return {check.id for check in report.checks if check.status is Status.PASS}


def _titles(known: dict[str, CheckResult], ids: set[str]) -> tuple[str, ...]:
    return tuple(check.title for id_, check in known.items() if id_ in ids)
