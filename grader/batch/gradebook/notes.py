"""What a report says about the score that counts, where that is not what the grading came to."""

from __future__ import annotations

from decimal import Decimal

from grader.batch.gradebook.for_people import lateness
from grader.batch.records import Record, number


def notes(record: Record) -> tuple[str, ...]:
    """Sentences for the student: a score set by hand with its reason, else what lateness costs; mostly none."""
    if record.override is not None:
        reason = record.override.reason
        end = "" if reason.endswith((".", "!", "?")) else "."
        return (f"Set by hand to {number(record.override.score)} of {record.max_score}: {reason}{end}",)
    if record.penalty and record.score is not None and record.final is not None:
        taken = f"{number(record.penalty)} of {_points(record.score)} {_verb(record.penalty, 'is', 'are')} taken"
        left = f"{number(record.final)} {_verb(record.final, 'counts', 'count')}"
        return (f"Handed in {lateness(record.late)}: {taken}, {left}.",)
    return ()


def _points(value: Decimal) -> str:
    return f"{number(value)} {_verb(value, 'point', 'points')}"


def _verb(value: Decimal, one: str, more: str) -> str:
    return one if value == 1 else more
