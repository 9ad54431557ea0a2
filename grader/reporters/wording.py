"""The words that the readable reports share: statuses, verdicts, points, places in the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.model import CheckResult, Place, Report, Status, Verdict
from grader.text import clean

# Far more than anything meant to be read; it bounds what a reporter is handed uncleaned.
FIELD_LIMIT = 8_000
LINE_LIMIT = 300
CELL_NAME_LIMIT = 32
TRACE_LIMIT = 8


def taught_once(report: Report) -> Report:
    """`report` for whoever reads it from the top: a known mistake is explained where it is named first, and not again.

    A format whose rows are read one by one shows the whole in each.
    """
    taught: set[tuple[str, ...]] = set()
    checks = []
    for check in report.checks:
        texts = (check.mistake or "", check.why, check.hint, check.see)
        if check.mistake and texts in taught:
            check = replace(check, mistake=f"{check.mistake}, explained above", why="", hint="", see="")
        checks.append(check)
        taught.add(texts)
    return replace(report, checks=tuple(checks))


def headline(report: Report) -> str:
    """The verdict in one sentence."""
    passed = sum(check.status is Status.PASS for check in report.checks)
    match report.verdict:
        case Verdict.PASSED:
            return "All checks passed."
        case Verdict.FAILED:
            return f"{passed} of {len(report.checks)} checks passed."
        case Verdict.CRASHED:
            return "Your code stopped before it could be graded in full."
        case Verdict.TIMED_OUT:
            return "Your code ran out of time before it could be graded in full."
        case Verdict.GRADER_ERROR:
            return "The grader had a problem, so there is no score. This is not your fault."


def score(report: Report) -> str:
    """The score as `7/10`; a fault of the grader's own is no score at all."""
    if report.verdict is Verdict.GRADER_ERROR:
        return "Not graded"
    return f"{report.score}/{report.max_score}"


def points(check: CheckResult) -> str:
    """The points of one check as `2 of 3`."""
    return f"{check.points} of {check.max_points}"


def mistake(check: CheckResult) -> str:
    """The known mistake as words, `never_zeroed` as `never zeroed`; empty where none was recognised."""
    return "" if check.mistake is None else mistake_name(check.mistake)


def mistake_name(id: str) -> str:  # noqa: A002  (what it is)
    """The id of a known mistake as words."""
    return line(id.replace("_", " "))


def layers(report: Report) -> str:
    """What stood between the submission and the machine, by name."""
    return ", ".join(line(layer) for layer in report.environment.isolation) or "none"


def place(spot: Place) -> str:
    """Where a line stands: `line 12 in train`, or `cell 3 (x = ...), line 2`."""
    where = f"line {spot.line}"
    if spot.cell is not None:
        first = shorten_end(line(spot.cell_first_line).strip(), limit=CELL_NAME_LIMIT)
        where = f"cell {spot.cell} ({first}), {where}" if first else f"cell {spot.cell}, {where}"
    return f"{where} in {line(spot.function)}" if spot.function else where


def visible_trace(trace: Sequence[Place]) -> tuple[tuple[Place, ...], int, tuple[Place, ...]]:
    """The first places, how many are left out (a recursion has hundreds), and the last ones."""
    if len(trace) <= TRACE_LIMIT:
        return tuple(trace), 0, ()
    half = TRACE_LIMIT // 2
    return tuple(trace[:half]), len(trace) - 2 * half, tuple(trace[-half:])


def trace_lines(trace: Sequence[Place]) -> list[str]:
    """Each place with its code, `line 12 in train: loss.backward()`, the middle of a long trace left out."""
    head, left_out, tail = visible_trace(trace)
    gap = [f"... {left_out:,} more lines of yours ..."] if left_out else []
    return [*map(_place_and_code, head), *gap, *map(_place_and_code, tail)]


def _place_and_code(spot: Place) -> str:
    return f"{place(spot)}: {line(spot.code).strip()}"


def line(text: str) -> str:
    """`text` on one line, cleaned."""
    return clean(text, limit=LINE_LIMIT).replace("\n", " ")


def field(text: str) -> str:
    """A reason, hint or detail: cleaned, of any number of lines, without blank ends."""
    return clean(text, limit=FIELD_LIMIT).strip("\n")


def shorten_end(text: str, *, limit: int) -> str:
    """The first `limit` characters of `text`, an ellipsis the last of them where something is missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
