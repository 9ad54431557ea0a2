"""The class at a glance: one page for the instructor, whole without its script and without a network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from grader.batch.class_summary import Row, Summary, address, summarise
from grader.batch.gradebook.for_people import lateness
from grader.batch.graded import Graded
from grader.batch.intake.handed_in import Intake
from grader.batch.namesakes import called
from grader.batch.records import Pair, Record, Standing, number
from grader.batch.students import Student
from grader.model import Verdict
from grader.reporters import bars, page

_PACKAGE = "grader.batch"
_TEMPLATE = "class.html.j2"


def prepare() -> None:
    """Do what takes long before a page can be rendered, while there is nothing else to do."""
    page.prepare(_PACKAGE, _TEMPLATE)


def render(
    counted: Iterable[tuple[Record, Graded | None]],
    intake: Intake,
    *,
    pairs: Sequence[Pair] = (),
) -> str:
    """The page, for the records that count and what the batch took in.

    `pairs` are similar submissions, in the order in which they are to be shown.
    """
    summary = summarise(counted)
    return page.render(
        _PACKAGE,
        _TEMPLATE,
        style=page.ours("grader.reporters", "report.css") + page.ours(_PACKAGE, "class.css"),
        script=page.ours(_PACKAGE, "class.js"),
        summary=summary,
        exercises=sorted(summary.exercises.values(), key=lambda each: each.id),
        groups=_groups(summary),
        intake=intake,
        pairs=pairs,
        earlier=[row for row in summary.rows if row.record.is_earlier and row.record.score is not None],
        names=called(_everybody(summary, intake)),
        address=address,
        bars=bars,
        lateness=lateness,
        number=number,
    )


def _everybody(summary: Summary, intake: Intake) -> Iterator[Student]:
    yield from (each.student for each in intake.strangers)
    yield from (*intake.empty_handed, *intake.missing)
    yield from (row.record.student for row in summary.rows)


def _groups(summary: Summary) -> dict[str, list[Row]]:
    """The rows that somebody should look at, by why."""
    rows = summary.rows
    graded = [row for row in rows if row.record.standing is Standing.GRADED]
    return {
        "crashed": [row for row in graded if row.verdict in (Verdict.CRASHED, Verdict.TIMED_OUT)],
        "not graded": [row for row in rows if row.record.standing in (Standing.GRADER_FAULT, Standing.NOT_GRADED)],
        "graded for other points": [row for row in rows if row.record.standing is Standing.OUTDATED],
        "not graded again": [row for row in graded if row.record.problem],
        "perhaps not the best": [row for row in graded if row.record.unranked],
        "late": [row for row in rows if row.is_late],
        "set by hand": [row for row in rows if row.record.override is not None],
    }
