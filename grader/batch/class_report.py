"""The class at a glance: one page for the instructor."""

from __future__ import annotations

from collections.abc import Iterable

from grader.batch.intake.handed_in import Intake
from grader.batch.records import Record
from grader.batch.store import Graded


def render(counted: Iterable[tuple[Record, Graded | None]], intake: Intake) -> str:
    """The page, for the records that count and what the batch took in."""
    rows = "".join(f"<tr><td>{index}</td></tr>" for index, _ in enumerate(counted))
    return f"<!doctype html><title>{len(intake.entries)} submissions</title><table>{rows}</table>\n"
