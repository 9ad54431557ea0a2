"""The report as one HTML page, or as a part of one: no script, nothing fetched, no style but its own.

Jinja escapes every value, `finalize` makes every string inert before that, and the page's
Content-Security-Policy would stop a script that got in all the same: it allows the one style sheet, by its
hash, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import resources

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from grader.model import Report, Status, Verdict
from grader.reporters import figures, wording
from grader.text import clean, inert

_OUTPUT_LIMIT = 200_000
_LONG_OUTPUT_LINES = 25
_TEMPLATES = ("parts.html.j2", "report.html.j2", "inline.html.j2")
_STATUS_WORDS = {
    Status.PASS: "Passed",
    Status.FAIL: "Failed",
    Status.ERROR: "Error",
    Status.SKIPPED: "Skipped",
}
_CODE = re.compile(r"`([^`\n]+)`")


def render_html(report: Report) -> str:
    """`report` as a self-contained HTML page."""
    output = clean(report.output, limit=_OUTPUT_LIMIT).strip("\n")
    page = _environment().get_template("report.html.j2")
    return page.render(
        report=report,
        graded=report.verdict is not Verdict.GRADER_ERROR,
        output=output,
        is_output_long=output.count("\n") >= _LONG_OUTPUT_LINES,
        style=_style("report.css"),
        style_hash=_hash(_style("report.css")),
    )


def render_inline(report: Report, *, note: str = "") -> str:
    """`report` as a part of a page that is not ours: a notebook's output.

    A fragment and not a framed page, for it takes on the notebook's own theme, font and width in Jupyter, VS Code and
    Colab alike, is as high as it needs to be without a script, and is printed and exported with the notebook. It brings
    one style element, all of whose rules are held to its own class; where a notebook that is not trusted drops that, or
    the drawings, the words still say all. `note`: a line below the checks.
    """
    output = clean(report.output, limit=_OUTPUT_LIMIT).strip("\n")
    return (
        _environment()
        .get_template("inline.html.j2")
        .render(report=report, output=output, note=note, style=_style("inline.css"), id=_id(report))
    )


def _id(report: Report) -> str:
    """A prefix for the ids of elements: several reports may stand in one notebook."""
    return "g" + hashlib.sha256(repr((report.exercise, report.submission.sha256)).encode()).hexdigest()[:10]


@cache
def _environment() -> Environment:
    folder = resources.files("grader.reporters") / "templates"
    environment = Environment(
        loader=DictLoader({name: folder.joinpath(name).read_text(encoding="utf-8") for name in _TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(
        lay_out=figures.lay_out,
        picture=figures,
        wording=wording,
        status_words=_STATUS_WORDS,
    )
    environment.filters["prose"] = _prose
    return environment


@cache
def _style(name: str) -> Markup:
    folder = resources.files("grader.reporters") / "templates"
    return Markup(folder.joinpath(name).read_text(encoding="utf-8"))  # noqa: S704  (a file of ours)


def _hash(style: str) -> str:
    """The CSP source expression of a style element that holds exactly `style`."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _inert(value: object) -> object:
    """Run by Jinja on everything that a template prints."""
    return inert(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _prose(text: str) -> Markup:
    """Sentences, cleaned and escaped, with `code` between backticks set as code."""
    escaped = str(escape(wording.field(text)))
    return Markup(_CODE.sub(r"<code>\1</code>", escaped))  # noqa: S704  (escaped one line above)
