"""The class at a glance: one page for the instructor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.batch.intake.handed_in import Intake
from grader.batch.records import Pair, Record
from grader.batch.store import Graded


def render(counted: Iterable[tuple[Record, Graded | None]], intake: Intake, pairs: Sequence[Pair] = ()) -> str:
    """The page, for the records that count and what the batch took in, and the pairs that are alike."""
    rows = "".join(f"<tr><td>{index}</td></tr>" for index, _ in enumerate(counted))
    return f"<!doctype html><title>{len(intake.entries)} submissions</title><table>{rows}</table>\n"
