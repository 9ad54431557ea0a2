"""The report as one HTML page: no script, nothing fetched, no style but its own.

Jinja escapes every value, `finalize` makes every string inert before that, and the page's
Content-Security-Policy would stop a script that got in all the same: it allows the one style sheet, by its
hash, and nothing else. What no policy in a page can stop is a `<meta http-equiv="refresh">` that sends its reader
elsewhere: against that stands the escaping alone.
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
_STATUS_WORDS = {
    Status.PASS: "Passed",
    Status.FAIL: "Failed",
    Status.ERROR: "Error",
    Status.SKIPPED: "Skipped",
}
_COMMAND = re.compile(r"^([^\S\n]*+)::", re.MULTILINE)  # to GitHub's runner, should the page go to a log
_CODE = re.compile(r"`([^`\n]+)`")


def render_html(report: Report) -> str:
    """`report` as a self-contained HTML page."""
    output = clean(report.output, limit=_OUTPUT_LIMIT).strip("\n")
    template = _environment().get_template("report.html.j2")
    page = template.render(
        report=report,
        graded=report.verdict is not Verdict.GRADER_ERROR,
        output=output,
        is_output_long=output.count("\n") >= _LONG_OUTPUT_LINES,
        style=_style(),
        style_hash=_hash(_style()),
    )
    return _COMMAND.sub(r"\1&#58;:", page)


@cache
def _environment() -> Environment:
    folder = resources.files("grader.reporters") / "templates"
    environment = Environment(
        loader=DictLoader({"report.html.j2": folder.joinpath("report.html.j2").read_text(encoding="utf-8")}),
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
def _style() -> Markup:
    folder = resources.files("grader.reporters") / "templates"
    return Markup(folder.joinpath("report.css").read_text(encoding="utf-8"))  # noqa: S704  (a file of ours)


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
