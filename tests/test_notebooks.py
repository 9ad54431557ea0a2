"""Notebooks as submissions: cells in order, magics gone, and a student's own cell and line in every message."""

from __future__ import annotations

import json

import nbformat
import pytest
from conftest import GradeText

from grader.model import Verdict

RIGHT = "def f(x): return 3 * x**2\ng = h = f"


def notebook(*cells: str, version: int = 4) -> str:
    """A notebook with these code cells."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    made.cells.insert(0, nbformat.v4.new_markdown_cell("# not code: f = None"))
    return str(nbformat.writes(made)) if version == 4 else str(nbformat.writes(nbformat.convert(made, 3), version=3))


@pytest.mark.parametrize(
    "cells",
    [
        ("import torch", RIGHT),
        ("%matplotlib inline\n!pip install torch\nimport torch", RIGHT),
        ("%%time\n" + RIGHT,),
        ("%%capture out\n" + RIGHT,),
        (RIGHT, "%%bash\nrm -rf /\n", "%%html\n<b>", "%%writefile x.py\nboom("),
        (RIGHT, "?f", "f?", "files = !ls\nassert files == []", "%timeit f(1)", "!!ls"),
        (RIGHT, "display(f)\nget_ipython().run_line_magic('time', '')\nprint(get_ipython().user_ns)"),
        ("", "   \n", RIGHT),
        ("x = 1  # %%time\n" + RIGHT,),
    ],
)
def test_a_right_notebook_gets_full_marks(grade_text: GradeText, cells: tuple[str, ...]) -> None:
    report = grade_text(notebook(*cells), name="mine.ipynb")
    assert report.verdict is Verdict.PASSED, (report.reason, report.checks)


def test_the_older_format_and_a_wrong_name_are_read(grade_text: GradeText) -> None:
    assert grade_text(notebook(RIGHT, version=3), name="mine.ipynb").verdict is Verdict.PASSED
    assert grade_text(notebook(RIGHT), name="mine.py").verdict is Verdict.PASSED


def test_an_exception_names_the_cell_and_the_line_in_it(grade_text: GradeText) -> None:
    cells = ("import torch\n\n\n", "%%time\n\ndef f(x):\n    return x.nothing\n", "g = h = lambda x: 3 * x**2")
    place = grade_text(notebook(*cells), name="mine.ipynb").checks[0].trace[-1]
    assert (place.cell, place.cell_first_line, place.line, place.code) == (2, "%%time", 4, "return x.nothing")


def test_a_syntax_error_names_the_cell(grade_text: GradeText) -> None:
    report = grade_text(notebook("x = 1", "def f(x)\n    return 1"), name="mine.ipynb")
    assert report.verdict is Verdict.CRASHED
    assert [(place.cell, place.line) for place in report.trace] == [(2, 1)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is no notebook"),
        ("[1, 2]", "is no notebook that can be read"),
        ('{"nbformat": 99, "cells": 3}', "is no notebook that can be read"),
        (notebook(), "has no code cells"),
        (notebook("", "\n"), "has no code cells"),
        (
            json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code"}]}),
            "is no notebook",
        ),
        ("[" * 100_000, "is no notebook"),
        ("\xff\xfe", "is no notebook"),
    ],
    ids=["cut off", "a list", "future version", "no code", "empty cells", "no source", "deep", "binary"],
)
def test_what_is_no_notebook_is_a_sentence(grade_text: GradeText, text: str, words: str) -> None:
    report = grade_text(text, name="mine.ipynb")
    assert (report.verdict, report.score) == (Verdict.CRASHED, 0)
    assert words in report.reason


def test_too_many_cells_are_refused(grade_text: GradeText) -> None:
    assert "5002 cells" in grade_text(notebook(*["x = 1"] * 5001), name="mine.ipynb").reason
