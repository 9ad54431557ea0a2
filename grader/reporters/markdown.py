"""The report as GitHub-flavoured Markdown: for a job summary, a comment, a wiki.

What a submission says stands in prose with all that could be markup escaped, or in a code block whose fence is longer
than any in it. Every line of it is quoted, so that none begins a line of a log or ends the block that it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from grader.model import CheckResult, Report, Status, Verdict
from grader.reporters import wording
from grader.text import clean

_OUTPUT_LIMIT = 20_000
_MARKS = {Status.PASS: "✓ Passed", Status.FAIL: "✗ Failed", Status.ERROR: "! Error", Status.SKIPPED: "- Skipped"}

_CODE = re.compile(r"`([^`\n]+)`")
_MARKUP = re.compile(r"[\\*_{}\[\]<>#|~$&]|^[-+=:]")
_NUMBERED = re.compile(r"^(\d+)(?=[.)])")
# GitHub makes links of these in the finished text, where an escape is no longer seen: a space of no width ends that.
_LINKED = re.compile(r"(?<=@)|(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=\\#)(?=\d)|(?<=\bGH-)(?=\d)", re.IGNORECASE)
_NO_SPACE = "&#8203;"


def render_markdown(report: Report) -> str:
    """`report` as Markdown. GitHub's limit for a job summary is 1 MiB, which no report of ours comes near."""
    report = wording.taught_once(report)
    blocks = [
        f"### {_line(report.exercise)} {_line(report.title)}: {wording.score(report)}",
        f"**{wording.headline(report)}** Your file: {_line(report.submission.name)}",
        _quote([*map(prose, report.notes), *_explanation(report)]),
    ]
    if report.checks and report.verdict is not Verdict.GRADER_ERROR:
        blocks.append(_table(report.checks))
        blocks.extend(map(_section, report.checks))
    if report.advice:
        blocks.extend(["#### Advice, which costs no points", *(_quote([prose(advice)]) for advice in report.advice)])
    if report.output.strip():
        printed = clean(report.output, limit=_OUTPUT_LIMIT).strip("\n")
        blocks.extend(["<details><summary>What your code printed</summary>", _quote([_block(printed)]), "</details>"])
    blocks.append(f"Isolation: {_text(wording.layers(report))} · seed {report.seed}")
    return "\n\n".join(block for block in blocks if block) + "\n"


def _table(checks: Iterable[CheckResult]) -> str:
    lines = [f"| {_line(check.title)} | {_MARKS[check.status]} | {wording.points(check)} |" for check in checks]
    return "\n".join(["| Check | Result | Points |", "|---|---|--:|", *lines])


def _section(check: CheckResult) -> str:
    explained = _quote(_explanation(check))
    return f"#### {_MARKS[check.status]}: {_line(check.title)}\n\n{explained}" if explained else ""


def _explanation(about: CheckResult | Report) -> list[str]:
    """What happened and why, where, what to try and what to read, in blocks."""
    blocks = [prose(about.reason)]
    if about.why:
        blocks.append(f"**Why:** {prose(about.why)}")
    if isinstance(about, CheckResult) and about.mistake:
        blocks.append(f"Known mistake: {_text(wording.mistake(about))}")
    if about.trace:
        blocks.append(_block("\n".join(wording.trace_lines(about.trace))))
    if isinstance(about, CheckResult) and about.detail:
        blocks.append(_block(wording.field(about.detail)))
    if about.hint:
        blocks.append(f"**Try:** {prose(about.hint)}")
    if about.see:
        blocks.append(f"See: {prose(about.see)}")
    return [block for block in blocks if block]


def _quote(blocks: list[str]) -> str:
    return "\n".join(f"> {line}".rstrip(" ") for line in "\n\n".join(blocks).split("\n")) if blocks else ""


def _block(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def prose(text: str) -> str:
    """Sentences, cleaned, with `code` between backticks kept as code and all else inert."""
    lines = (line.strip() for line in wording.field(text).split("\n"))
    return "\\\n".join(_sentence(line) for line in lines if line)


def _sentence(line: str) -> str:
    parts = _CODE.split(line)  # text, code, text, code, ..., text
    return "".join(f"`{part}`" if number % 2 else _text(part) for number, part in enumerate(parts))


def _line(text: str) -> str:
    return _text(wording.line(text).strip())


def _text(text: str) -> str:
    """One line of cleaned text in which nothing is markup."""
    escaped = _NUMBERED.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", text))
    # Two runs of backticks that touch are one, so an escaped one would change the code beside it.
    return _LINKED.sub(_NO_SPACE, escaped).replace("`", "&#96;")
