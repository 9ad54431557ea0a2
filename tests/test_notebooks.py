"""Notebooks as submissions: cells in order, magics gone, and a student's own cell and line in every message."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, GradeText

from grader.exercise import exercise_folders, find_exercise, read_exercise
from grader.grading import grade
from grader.model import Verdict
from grader.notebook import RUNS_PYTHON
from grader.sandbox.launch import Launcher
from grader.stub_notebook import stub_notebook
from grader.submission import make_submission

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


@pytest.mark.parametrize("folder", exercise_folders(), ids=lambda folder: folder.name)
def test_a_stub_notebook_that_is_filled_in_gets_full_marks(launcher: Launcher, folder: Path) -> None:
    exercise = read_exercise(folder)
    solution = (ROOT / "reference" / folder.name / "solution.py").read_text(encoding="utf-8")
    filled = stub_notebook(exercise, solution).encode()
    assert grade(exercise, make_submission("mine.ipynb", filled), launcher).verdict is Verdict.PASSED
    empty = grade(exercise, make_submission("mine.ipynb", stub_notebook(exercise, exercise.stub).encode()), launcher)
    assert empty.verdict is Verdict.FAILED  # not crashed: what is written first is graded before the rest is


def test_a_stub_notebook_has_a_cell_for_each_function() -> None:
    exercise = find_exercise("ex1")
    cells = nbformat.reads(stub_notebook(exercise, exercise.stub), as_version=4).cells
    assert cells[0].source == exercise.statement.strip()
    starts = [cell.source.partition("(")[0] for cell in cells if cell.cell_type == "code"]
    assert starts[:4] == [
        "import torch\nfrom torch import Tensor",
        "def sum_of_cubes",
        "def gradient_by_autograd",
        "def gradient_by_hand",
    ]
    assert starts[4].startswith('if __name__ == "__main__":')
    assert cells[-1].source == 'import grader\n\ngrader.check("ex1")'


PERCENT = f"""# %% [markdown]
# # Mine: is it right?

# %%
%matplotlib inline
!pip install torch
import torch
torch?

# %% Solution
%%time
{RIGHT}
text = '''
%not a magic
'''
"""


def test_percent_scripts_may_hold_magics_and_keep_their_lines(grade_text: GradeText) -> None:
    report = grade_text(PERCENT + "assert text == '\\n%not a magic\\n'\nget_ipython(); display(f)\n")
    assert report.verdict is Verdict.PASSED, report.reason
    assert grade_text(PERCENT.replace("\n", "\r\n")).verdict is Verdict.PASSED
    broken = grade_text(f"{PERCENT}\n# %%\n1 / 0\n")
    (place,) = broken.trace
    assert (place.cell, place.line, place.code) == (None, PERCENT.count("\n") + 3, "1 / 0")


def test_percent_marks_alone_change_nothing(grade_text: GradeText) -> None:
    assert grade_text(f"#%%\n{RIGHT}\n# %%\nx = (5\n  % 3)\n# is it?\n").verdict is Verdict.PASSED
    assert (
        grade_text(f"# -*- coding: latin-1 -*-\n# %%\n# \xe9?\n{RIGHT}\n".encode("latin-1")).verdict is Verdict.PASSED
    )
    many = "# Is it a question?\n" * 200  # more than IPython is asked to look through
    assert grade_text(f"# %%\n{many * 10}{RIGHT}\n").verdict is Verdict.PASSED
    assert "Python cannot read it" in grade_text(f"%matplotlib inline\n{RIGHT}").reason  # no cells: this is no notebook


EXPORTED = f"""#!/usr/bin/env python
# coding: utf-8

# In[1]:


get_ipython().run_line_magic('matplotlib', 'inline')
get_ipython().system('pip install torch')
import torch


# In[2]:


get_ipython().run_cell_magic('{{magic}}', '', {RIGHT!r})


# In[3]:


files = get_ipython().getoutput('ls')
assert files == []
get_ipython().run_cell_magic('bash', '', 'rm -rf /\\n')
display(f)
"""


@pytest.mark.parametrize("magic", sorted(RUNS_PYTHON))
def test_a_script_exported_from_a_notebook_is_graded_as_the_notebook_is(grade_text: GradeText, magic: str) -> None:
    report = grade_text(EXPORTED.format(magic=magic))
    assert report.verdict is Verdict.PASSED, (report.reason, report.checks)


def test_an_error_in_an_exported_script_is_where_the_script_has_it(grade_text: GradeText) -> None:
    (place,) = grade_text(EXPORTED.format(magic="time") + "1 / 0\n").trace
    assert (place.cell, place.line, place.code) == (None, EXPORTED.count("\n") + 1, "1 / 0")
