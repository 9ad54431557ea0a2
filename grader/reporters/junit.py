"""The report as JUnit XML, as pytest writes it and as Jenkins, GitLab and most CI systems read it.

The format knows no points, so these stand among the suite's properties. A test case of its own holds what stopped
the grading, and `skipped` is kept for checks that were not tried.
"""

from __future__ import annotations

from collections import Counter
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from grader.model import Report, Status, Verdict
from grader.reporters import wording
from grader.reporters.rows import Row, output, rows

_ELEMENTS = {Status.FAIL: "failure", Status.ERROR: "error", Status.SKIPPED: "skipped"}


def render_junit(report: Report) -> str:
    """`report` as XML in ASCII: one suite, a test case for each check."""
    cases = rows(report)
    counts = Counter(row.status for row in cases)
    summary = {
        "name": wording.line(report.exercise),
        "tests": str(len(cases)),
        "failures": str(counts[Status.FAIL]),
        "errors": str(counts[Status.ERROR]),
        "time": _seconds(report.duration_s),
    }
    root = Element("testsuites", summary)
    suite = SubElement(root, "testsuite", {**summary, "skipped": str(counts[Status.SKIPPED])})
    _add_properties(suite, report, cases)
    for row in cases:
        _add_case(suite, row, classname=wording.line(report.exercise))
    if printed := output(report):
        SubElement(suite, "system-out").text = printed
    indent(root)
    xml: bytes = tostring(root, encoding="us-ascii", xml_declaration=True)
    return xml.decode("ascii") + "\n"


def _add_properties(suite: Element, report: Report, cases: tuple[Row, ...]) -> None:
    properties = SubElement(suite, "properties")
    values = {
        "file": wording.line(report.submission.name),
        "verdict": report.verdict.value,
        "max_score": str(report.max_score),
        "seed": str(report.seed),
    }
    if report.verdict is not Verdict.GRADER_ERROR:
        values["score"] = str(report.score)
    if report.notes:
        values["notes"] = " ".join(map(wording.line, report.notes))
    for row in cases:
        if row.id:
            values[f"points.{row.id}"] = str(row.points)
            values[f"max_points.{row.id}"] = str(row.max_points)
    for name, value in values.items():
        SubElement(properties, "property", name=name, value=value)


def _add_case(suite: Element, row: Row, *, classname: str) -> None:
    case = SubElement(suite, "testcase", classname=classname, name=row.name, time=_seconds(row.duration_s))
    if row.status is not Status.PASS:
        outcome = SubElement(case, _ELEMENTS[row.status], message=row.message.partition("\n")[0])
        outcome.text = row.message


def _seconds(duration: float) -> str:
    return f"{duration:.3f}"  # Jenkins' schema takes no more decimals
