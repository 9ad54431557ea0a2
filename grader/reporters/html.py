"""The report as one HTML page, or as a part of one: no script, nothing fetched, no style but its own."""

from __future__ import annotations

import hashlib

from grader.model import Figure, Look, Report, Status, Verdict
from grader.reporters import axes, columns, figures, maps, page, wording
from grader.text import clean

_PACKAGE = "grader.reporters"
_OUTPUT_LIMIT = 200_000
_LONG_OUTPUT_LINES = 25
_STATUS_WORDS = {
    Status.PASS: "Passed",
    Status.FAIL: "Failed",
    Status.ERROR: "Error",
    Status.SKIPPED: "Skipped",
}


def render_html(report: Report) -> str:
    """`report` as a self-contained HTML page."""
    output = clean(report.output, limit=_OUTPUT_LIMIT).strip("\n")
    return page.render(
        _PACKAGE,
        "report.html.j2",
        style=page.ours(_PACKAGE, "report.css"),
        report=wording.taught_once(report),
        graded=report.verdict is not Verdict.GRADER_ERROR,
        output=output,
        is_output_long=output.count("\n") >= _LONG_OUTPUT_LINES,
        lay_out=_lay_out,
        lay_out_map=maps.lay_out,
        picture=axes,
        square=maps,
        status_words=_STATUS_WORDS,
    )


def render_inline(report: Report, *, note: str = "") -> str:
    """`report` as a part of a page that is not ours: a notebook's output.

    A fragment and not a framed page, for it takes on the notebook's own theme, font and width in Jupyter, VS Code and
    Colab alike, is as high as it needs to be without a script, and is printed and exported with the notebook. It brings
    one style element, all of whose rules are held to its own class; where a notebook that is not trusted drops that, or
    the drawings, the words still say all. `note`: a line below the checks.
    """
    return page.render(
        _PACKAGE,
        "inline.html.j2",
        style=page.ours(_PACKAGE, "inline.css"),
        report=wording.taught_once(report),
        output=clean(report.output, limit=_OUTPUT_LIMIT).strip("\n"),
        note=note,
        id=_id(report),
        lay_out=_lay_out,
        lay_out_map=maps.lay_out,
        picture=axes,
        square=maps,
        status_words=_STATUS_WORDS,
    )


def _lay_out(figure: Figure) -> figures.Plot:
    return columns.lay_out(figure) if figure.look is Look.BARS and columns.fits(figure) else figures.lay_out(figure)


def _id(report: Report) -> str:
    """A prefix for the ids of elements: several reports may stand in one notebook."""
    return "g" + hashlib.sha256(repr((report.exercise, report.submission.sha256)).encode()).hexdigest()[:10]
