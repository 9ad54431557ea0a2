"""The report for a terminal, a log or a pipe.

GitHub's runner takes a line that begins with `::`, spaces before it or not, for a command (in its source:
ActionCommand.TryParseV2). So what a submission says stands behind a bar, and whatever else would begin so, a
wrapped title for one, behind a backslash. All text goes into `Text` objects: rich's markup would let a
submission style and break the report.
"""

from __future__ import annotations

from io import StringIO

from rich.console import Console
from rich.text import Text

from grader.model import CheckResult, Place, Report, Status, Verdict
from grader.reporters import wording
from grader.text import clean

_NARROWEST, _WIDEST = 40, 120
_OUTPUT_LIMIT = 20_000
_OUTPUT_LINES = 40
_LEFT = "  "
_BAR = "│ "
_MARKS = {
    Status.PASS: ("✓ PASS", "green"),
    Status.FAIL: ("✗ FAIL", "bold red"),
    Status.ERROR: ("! ERROR", "bold magenta"),
    Status.SKIPPED: ("- SKIP", "dim"),
}
_MARK_WIDTH = 9  # the longest mark and a gap
_VERDICT_TONES = {Verdict.PASSED: "bold green", Verdict.FAILED: "bold yellow"}


def render_terminal(report: Report, *, width: int, color: bool) -> str:
    """`report` in lines of at most `width` columns (held to 40..120), with ANSI colours only if `color`."""
    report = wording.taught_once(report)
    sheet = _Sheet(width=min(max(width, _NARROWEST), _WIDEST), color=color)
    _write_header(sheet, report)
    _write_checks(sheet, report)
    _write_advice(sheet, report)
    _write_output(sheet, report)
    sheet.space()
    sheet.write(Text(f"Isolation: {wording.layers(report)} · seed {report.seed}", style="dim"))
    return sheet.text()


class _Sheet:
    """Lines as they are written, wrapped to the width."""

    def __init__(self, *, width: int, color: bool) -> None:
        self._file = StringIO()
        self._width = width
        # Everything is said here, so that nothing is read from the environment: same report, same text.
        self._console = Console(
            file=self._file,
            width=width,
            height=25,
            color_system="standard" if color else None,
            no_color=not color,
            force_terminal=color,
            force_jupyter=False,
            force_interactive=False,
            legacy_windows=False,
        )

    def text(self) -> str:
        return self._file.getvalue()

    def space(self) -> None:
        self._file.write("\n")

    def write(self, body: Text, *, first: Text | None = None, rest: str = _LEFT, right: str = "") -> None:
        """`body`, wrapped: behind `first` on its first line, which `right` ends, and `rest` on the others."""
        room = self._width - len(rest) - (len(right) + 2 if right else 0)
        for number, part in enumerate(body.wrap(self._console, room, overflow="fold", tab_size=4)):
            opens = number == 0
            is_command = (rest + part.plain).lstrip().startswith("::")
            start = Text().append(rest[:-1] + "\\" if is_command else rest, style="dim")
            line = first.copy() if first is not None and opens else start
            line.append_text(part)
            line.rstrip()
            if right and opens:
                line.append(right.rjust(self._width - line.cell_len), style="dim")
            self._console.print(line, no_wrap=True, overflow="ignore", crop=False)

    def quote(self, body: Text, *, indent: int) -> None:
        """`body` behind a bar in column `indent`."""
        self.write(body, rest=" " * indent + _BAR)


def _write_header(sheet: _Sheet, report: Report) -> None:
    sheet.space()
    title = Text().append(wording.line(report.exercise), style="dim").append("  ")
    sheet.write(title.append(wording.line(report.title), style="bold"))
    sheet.write(Text("Your file: ", style="dim").append(wording.line(report.submission.name)))
    sheet.space()
    score = Text().append(wording.score(report), style=_VERDICT_TONES.get(report.verdict, "bold red"))
    sheet.write(score.append(f"   {wording.headline(report)}"))
    for note in report.notes:
        sheet.write(Text(wording.line(note)))
    _write_explanation(sheet, report, indent=len(_LEFT))
    sheet.space()


def _write_checks(sheet: _Sheet, report: Report) -> None:
    last = len(report.checks) - 1
    for number, check in enumerate(report.checks):
        mark, tone = _MARKS[check.status]
        first = Text(_LEFT).append(mark.ljust(_MARK_WIDTH), style=tone)
        indent = len(_LEFT) + _MARK_WIDTH
        sheet.write(Text(wording.line(check.title)), first=first, rest=" " * indent, right=wording.points(check))
        if _write_explanation(sheet, check, indent=indent) and number != last:
            sheet.space()


def _write_explanation(sheet: _Sheet, about: CheckResult | Report, *, indent: int) -> bool:
    """What happened and why, where, what to try and what to read; whether there was anything to say."""
    parts = []
    if about.reason:
        parts.append(Text(wording.field(about.reason)))
    if about.why:
        parts.append(Text().append("Why: ", style="bold").append(wording.field(about.why)))
    if isinstance(about, CheckResult) and about.mistake:
        parts.append(Text().append("Known mistake: ", style="dim").append(wording.mistake(about)))
    if about.trace:
        parts.append(_trace(about.trace))
    if isinstance(about, CheckResult) and about.detail:
        parts.append(Text(wording.field(about.detail)))
    if about.hint:
        parts.append(Text().append("Try: ", style="bold cyan").append(wording.field(about.hint)))
    if about.see:
        parts.append(Text().append("See: ", style="dim").append(wording.field(about.see)))
    for part in parts:
        sheet.quote(part, indent=indent)
    return bool(parts)


def _trace(trace: tuple[Place, ...]) -> Text:
    head, left_out, tail = wording.visible_trace(trace)
    lines = [_place(spot) for spot in head]
    if left_out:
        lines.append(Text(f"... {left_out:,} more lines of yours ...", style="dim"))
    return Text("\n").join([*lines, *(_place(spot) for spot in tail)])


def _place(spot: Place) -> Text:
    return Text().append(f"{wording.place(spot)}: ", style="dim").append(wording.line(spot.code).strip(), style="bold")


def _write_advice(sheet: _Sheet, report: Report) -> None:
    if not report.advice:
        return
    sheet.space()
    sheet.write(Text("Advice, which costs no points", style="bold"))
    for advice in report.advice:
        sheet.quote(Text(wording.field(advice)), indent=len(_LEFT))


def _write_output(sheet: _Sheet, report: Report) -> None:
    if not report.output.strip():
        return
    sheet.space()
    sheet.write(Text("What your code printed", style="bold"))
    lines = clean(report.output, limit=_OUTPUT_LIMIT).strip("\n").split("\n")
    left_out = len(lines) - _OUTPUT_LINES
    if left_out > 0:
        half = _OUTPUT_LINES // 2
        lines[half:-half] = [f"[{left_out:,} lines left out here; --format html shows more]"]
    sheet.quote(Text("\n".join(lines)), indent=len(_LEFT))
