"""`grader.check` in a real kernel: what the notebook has defined is graded, as it stands, and shown below the cell."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from conftest import ENGINE_PACK, ROOT, GradeText
from hypothesis import given
from hypothesis import strategies as st
from nbclient import NotebookClient

import grader
from grader.errors import UsageFault
from grader.exercise import find_exercise
from grader.inline import Inline
from grader.model import Report, Verdict
from grader.replay import replay
from grader.stub_notebook import stub_notebook

RIGHT = "def f(x): return 3 * x**2\ng = h = f"
DOUBLED = "def f(x): return 6 * x**2\ng = h = f"
CHECK = f"grader.check('plain', exercises=[{str(ENGINE_PACK)!r}])"

Shown = dict[str, str]
Run = Callable[..., list[Shown]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run cells in a fresh kernel, going on after a cell that raises: what each cell shows, by kind."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))

    def shown(*cells: str) -> list[Shown]:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        NotebookClient(notebook, timeout=120, allow_errors=True, kernel_name="python3").execute()
        return [_shown(cell) for cell in notebook.cells]

    return shown


def _shown(cell: nbformat.NotebookNode) -> Shown:
    kinds: Shown = {}
    for output in cell.outputs:
        kinds.update(output.get("data", {}))
        if output.output_type == "error":
            kinds["error"] = output.ename
    return kinds


def test_the_report_appears_below_the_cell(run: Run) -> None:
    *_, shown = run("import grader", DOUBLED, CHECK)
    assert "0/10" in shown["text/plain"]
    assert "The answer is 2 times what it should be." in shown["text/plain"]
    html = shown["text/html"]
    assert html.startswith('<section class="grader-report"')
    assert "The answer is 2 times what it should be." in html
    assert "<script" not in html and "http" not in html


def test_what_ran_counts_in_the_order_in_which_it_ran(run: Run) -> None:
    cells = (
        "%pip --version\nimport grader",
        DOUBLED,
        f"{CHECK}  # before it was mended",
        f"{RIGHT}\n{CHECK}",
        "def f(x): return undefined_name\nf(1)",
        CHECK,
        RIGHT,
        CHECK,
    )
    shown = run(*cells)
    assert "0/10" in shown[2]["text/plain"]
    assert "10/10" in shown[3]["text/plain"]
    assert shown[4] == {"error": "NameError"}
    assert "undefined_name" in shown[5]["text/plain"]
    assert "cell 5 (def f(x): return undefined_name), line 1" in shown[5]["text/plain"]
    assert "10/10" in shown[7]["text/plain"]


def test_a_cell_that_ran_twice_alike_serves_what_came_after_and_has_the_last_word(run: Run) -> None:
    cells = ("import grader", "import torch\nk = 3", "c = torch.tensor(float(k))", "import torch\nk = 3")
    *_, shown = run(*cells, "def f(x): return c * x**2\ng = h = f", CHECK)
    assert "10/10" in shown["text/plain"]
    *_, shown = run("import grader", RIGHT, DOUBLED, RIGHT, CHECK)
    assert "10/10" in shown["text/plain"]


def test_a_stub_notebook_that_is_filled_in_checks_itself(run: Run) -> None:
    exercise = find_exercise("ex1")
    solution = (ROOT / "reference" / exercise.folder.name / "solution.py").read_text(encoding="utf-8")
    notebook = nbformat.reads(stub_notebook(exercise, solution), as_version=4)
    *_, shown = run(*[cell.source for cell in notebook.cells if cell.cell_type == "code"])
    assert "10/10" in shown["text/plain"]


def test_a_cell_that_raised_counts_as_far_as_it_went(run: Run) -> None:
    cells = (
        "import grader",
        "%time\nimport torch; k = 3\ntext = '''\nlong'''\nif True:\n    c = 1\nnothing\nk = 4",
        "class A(torch.nn.Modul):\n    pass",
        "syntax error(",
        "%%bash\nexit 1",
        "print(text)\ndef f(x): return c * k * x**2\nboom",
        "g = h = f",
    )
    *_, shown = run(*cells, CHECK)
    assert "10/10" in shown["text/plain"]


def test_what_was_mended_is_not_held_against_anyone(run: Run) -> None:
    solution = (ROOT / "reference" / "ex1_sum_of_cubes" / "solution.py").read_text(encoding="utf-8")
    before = "def gradient_by_hand(x):\n    return gradient_by_autograd(x)\ngradient_by_hand(torch.ones(2))\nk = 1"
    *_, first, _, second = run(
        "import grader", solution, before, "grader.check('ex1')", solution, "grader.check('ex1')"
    )
    assert "gets its answer from autograd" in first["text/plain"]
    assert "10/10" in second["text/plain"]


def test_what_was_interrupted_is_not_run_again() -> None:
    slow = "import time\ndef f(x): return 3 * x**2\ntime.sleep(600)\nwhile True: pass"
    first, second = replay([slow, "g = h = f"], raised={1: "KeyboardInterrupt"})
    assert "sleep" not in first and "while" not in first
    assert "import time" in first and "def f" in first
    assert second == "g = h = f"


NAMES = ("f", "g")
STATEMENTS = st.one_of(
    st.builds("def {}(): return {}".format, st.sampled_from(NAMES), st.integers(0, 9)),
    st.builds("{} = lambda: {}".format, st.sampled_from(NAMES), st.integers(0, 9)),
    st.sampled_from(["1 / 0", "import math", "f()", "g()", "for _ in range(2):\n    pass", "# a comment", "x = 1"]),
)
CELLS = st.lists(st.lists(STATEMENTS, max_size=4).map("\n".join), min_size=1, max_size=8)


@given(CELLS)
def test_a_replay_never_stops_and_ends_with_the_functions_of_the_kernel(cells: list[str]) -> None:
    kernel: dict[str, Any] = {}
    raised = {}
    for number, cell in enumerate(cells, start=1):
        try:
            exec(cell, kernel)
        except Exception as problem:
            raised[number] = type(problem).__name__
    sandbox: dict[str, Any] = {}
    exec("\n".join(replay(cells, raised=raised)), sandbox)
    for name in NAMES:
        assert (name in sandbox) == (name in kernel)
        assert name not in kernel or sandbox[name]() == kernel[name]()


def test_the_kernels_own_state_has_no_part_in_it(run: Run) -> None:
    upset = "get_ipython().ex('import torch; torch.equal = torch.allclose = lambda *_, **__: True')"
    *_, shown = run("import grader", DOUBLED, upset, CHECK)  # in the sandbox, get_ipython() does nothing
    assert "0/10" in shown["text/plain"]


def test_an_ipython_that_does_not_tell_what_raised_is_not_guessed_about(run: Run) -> None:
    old = "del type(get_ipython().history_manager).exceptions"
    *_, shown = run("import grader", old, RIGHT, CHECK)
    assert 'pip install "ipython>=9.2"' in shown["text/plain"]


def test_a_wrong_name_is_a_sentence_and_no_traceback(run: Run) -> None:
    *_, shown = run("import grader", "grader.check('ex11')")
    assert shown == {"text/plain": "There is no exercise 'ex11'. Did you mean ex1?"}


def test_outside_of_a_notebook_it_says_where_it_works() -> None:
    with pytest.raises(UsageFault, match="works in a notebook only"):
        grader.check("ex1")


def test_a_notebook_that_checks_itself_can_be_handed_in(grade_text: GradeText) -> None:
    cells = [
        "import grader\nfrom grader import check",
        RIGHT,
        f"{CHECK}\ncheck('plain')\ngrader.grade('plain', 'x.py')",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    assert grade_text(nbformat.writes(notebook), name="mine.ipynb").verdict is Verdict.PASSED


def test_a_library_call_gives_the_report_and_prints_nothing(tmp_path, capfd) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "mine.py").write_text(RIGHT)
    report = grader.grade("plain", tmp_path / "mine.py", exercises=[ENGINE_PACK])
    assert isinstance(report, Report)
    assert (report.score, report.verdict) == (10, Verdict.PASSED)
    assert capfd.readouterr() == ("", "")
    with pytest.raises(UsageFault, match="There is no file"):
        grader.grade("plain", "none.py", exercises=[str(ENGINE_PACK)])


def test_importing_it_is_light() -> None:
    code = "import grader, sys; print([m for m in ('torch', 'IPython', 'jinja2', 'click') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        grader.chek  # noqa: B018


def test_names_and_output_are_text_in_the_fragment(grade_text: GradeText) -> None:
    text = f"print('<script>alert(1)</script>')\n{RIGHT.replace('3 * x**2', '1 / 0')}"
    html = Inline(grade_text(f"{text}\nraise ValueError('<img src=x onerror=alert(1)>')"))._repr_html_()
    assert "&lt;script&gt;" in html and "&lt;img" in html
    assert "<script" not in html and "<img" not in html
