"""Everything that can become of a submission: a verdict, statuses and sentences, never a traceback of ours."""

from __future__ import annotations

import pytest
from conftest import ROOT, GradeText

from grader.exercise import find_exercise
from grader.model import Report, Status, Verdict

RIGHT = "def f(x): return 3 * x**2\ng = h = f\n"


def with_f(body: str) -> str:
    """A submission in which only f is odd."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"import os, sys, time, torch\n\ndef g(x): return 3 * x**2\nh = g\n\ndef f(x):\n{lines}\n"


def statuses(report: Report) -> list[str]:
    return [str(check.status) for check in report.checks]


def test_a_right_submission_gets_full_marks(grade_text: GradeText) -> None:
    report = grade_text(RIGHT)
    assert (report.verdict, report.score, report.max_score) == (Verdict.PASSED, 10, 10)
    assert report.advice == ("A quieter function would be nicer.",)
    assert report.environment.isolation


def test_a_wrong_answer_loses_its_check_and_what_needs_it(grade_text: GradeText) -> None:
    report = grade_text(with_f("return x"))
    assert report.verdict is Verdict.FAILED
    assert statuses(report) == ["fail", "pass", "skipped"]
    assert report.score == 3
    assert "4 of 4 values differ" in report.checks[0].reason
    assert "tensor([3., 12., 27., 48.])" in report.checks[0].detail


def test_a_known_mistake_is_named_with_its_numbers(grade_text: GradeText) -> None:
    check = grade_text(with_f("return 6 * x**2")).checks[0]
    assert check.mistake == "doubled"
    assert check.reason == "The answer is 2 times what it should be."
    assert check.hint == "Look for a factor that came in twice."
    assert check.figures[0].series[0].values == (3.0, 12.0, 27.0, 48.0)


def test_an_exception_that_is_a_known_mistake_is_named(grade_text: GradeText) -> None:
    check = grade_text(with_f("raise ValueError('I protest')")).checks[0]
    assert check.status is Status.ERROR
    assert check.mistake == "complained"
    assert check.trace[-1].line == 7


def test_a_check_that_words_an_exception_itself_keeps_its_line(grade_text: GradeText) -> None:
    source = (ROOT / "reference" / "ex4_device_moves" / "wrong" / "cuda_call_unless_cpu.py").read_text()
    report = grade_text(source, exercise=find_exercise("ex4"))
    check = next(check for check in report.checks if check.mistake == "cuda_call")
    assert check.status is Status.FAIL
    assert [(place.function, place.code) for place in check.trace] == [("train_on", "model.cuda()")]


@pytest.mark.parametrize(("query", "advised"), [("is_built", 1), ("is_available", 0)])
def test_asking_what_pytorch_was_built_for_costs_nothing_but_is_no_habit(
    grade_text: GradeText, query: str, advised: int
) -> None:
    source = (ROOT / "reference" / "ex4_device_moves" / "solution.py").read_text()
    asks = "torch.backends.mps.is_available()"
    assert asks in source
    report = grade_text(source.replace(asks, f"torch.backends.mps.{query}()"), exercise=find_exercise("ex4"))
    assert report.verdict is Verdict.PASSED
    assert len([advice for advice in report.advice if "is_built()" in advice]) == advised


@pytest.mark.parametrize(
    ("body", "verdict", "status", "words"),
    [
        ("return None", Verdict.FAILED, Status.FAIL, "should be a tensor, and it is None"),
        ("return x.numpy()", Verdict.FAILED, Status.FAIL, "a NumPy array of shape (4,)"),
        ("return 3 * x[:2]**2", Verdict.FAILED, Status.FAIL, "expected (4,), got (2,)"),
        ("return (3 * x**2).double()", Verdict.FAILED, Status.FAIL, "expected torch.float32, got torch.float64"),
        ("return x / 0 * 0", Verdict.FAILED, Status.FAIL, "contains NaN"),
        ("return x / 0", Verdict.FAILED, Status.FAIL, "contains infinity"),
        ("return lambda: 1", Verdict.FAILED, Status.FAIL, "an object of type function"),
        ("return [x] * 300_000", Verdict.FAILED, Status.FAIL, "cannot be handed over"),
        ("return y", Verdict.FAILED, Status.ERROR, "NameError: name 'y' is not defined"),
        ("raise SystemExit(0)", Verdict.FAILED, Status.ERROR, "SystemExit: 0"),
        ("input()", Verdict.FAILED, Status.ERROR, "EOFError"),
        ("return f(x)", Verdict.FAILED, Status.ERROR, "RecursionError"),
        ("raise NotImplementedError", Verdict.FAILED, Status.ERROR, "NotImplementedError"),
        ("return torch.ones(10**10)", Verdict.FAILED, Status.ERROR, "can't allocate memory"),
        ("x = bytearray(10**9)", Verdict.FAILED, Status.ERROR, "MemoryError"),
        ("while True: pass", Verdict.TIMED_OUT, Status.ERROR, "stopped after 2 seconds"),
        ("time.sleep(60)", Verdict.TIMED_OUT, Status.ERROR, "stopped after 2 seconds"),
        ("os._exit(0)", Verdict.CRASHED, Status.ERROR, "ended by itself (code 0)"),
        ("os.abort()", Verdict.CRASHED, Status.ERROR, "aborted"),
        ("import ctypes; ctypes.string_at(0)", Verdict.CRASHED, Status.ERROR, "segmentation fault"),
        ("os.kill(os.getpid(), 9)", Verdict.CRASHED, Status.ERROR, "killed"),
        ("while True: print('x' * 10_000)", Verdict.CRASHED, Status.ERROR, "printed without end"),
    ],
)
def test_what_goes_wrong_in_a_call_costs_that_check_only(
    grade_text: GradeText, body: str, verdict: Verdict, status: Status, words: str
) -> None:
    report = grade_text(with_f(body))
    assert report.verdict is verdict
    assert report.checks[0].status is status
    assert words in report.checks[0].reason
    assert statuses(report)[1:] == ["pass", "skipped"]
    assert report.score == 3


def test_an_exception_shows_the_students_own_lines_only(grade_text: GradeText) -> None:
    source = "def helper(x):\n    return x.nothing\n\ndef f(x):\n    return helper(x)\n\ng = h = f\n"
    trace = grade_text(source).checks[0].trace
    assert [(place.line, place.function, place.code) for place in trace] == [
        (5, "f", "return helper(x)"),
        (2, "helper", "return x.nothing"),
    ]


def test_a_missing_name_is_a_sentence_with_the_closest_one(grade_text: GradeText) -> None:
    source = "def ff(x): return 3 * x**2\ng = h = lambda x: 3 * x**2\n"
    check = grade_text(source).checks[0]
    assert check.status is Status.FAIL
    assert check.reason == "It does not define f."
    assert "close" not in check.hint
    assert check.hint


def test_a_name_that_is_no_function_is_a_sentence(grade_text: GradeText) -> None:
    check = grade_text("f = 3\ng = h = lambda x: 3 * x**2\n").checks[0]
    assert check.reason == "f is no function: it is of type int."


def test_a_wrong_signature_is_a_sentence(grade_text: GradeText) -> None:
    check = grade_text("def f(): return 1\ng = h = lambda x: 3 * x**2\n").checks[0]
    assert check.status is Status.FAIL
    assert check.reason.startswith("f() cannot be called as the exercise calls it")


@pytest.mark.parametrize(
    ("source", "verdict", "words", "line"),
    [
        ("def f(x)\n    return x\n", Verdict.CRASHED, "Python cannot read it: expected ':'", 1),
        ("x = 1\n  y = 2\n", Verdict.CRASHED, "unexpected indent", 2),
        ("x = 1\nboom\n", Verdict.CRASHED, "NameError: name 'boom' is not defined", 2),
        ("import sys\nsys.exit(3)\n", Verdict.CRASHED, "SystemExit: 3", 2),
        ("import nothing_like_it\n", Verdict.CRASHED, "ModuleNotFoundError", 1),
        ("import os\nos._exit(0)\n", Verdict.CRASHED, "ended by itself (code 0)", None),
        ("while True: pass\n", Verdict.TIMED_OUT, "stopped after 4 seconds", None),
        ("", Verdict.CRASHED, "mine.py is empty", None),
        ("x = '\0'", Verdict.CRASHED, "binary file", None),
    ],
)
def test_what_goes_wrong_at_import_is_said_once(
    grade_text: GradeText, source: str, verdict: Verdict, words: str, line: int | None
) -> None:
    report = grade_text(source)
    assert (report.verdict, report.score) == (verdict, 0)
    assert words in report.reason
    assert report.checks == ()
    assert [place.line for place in report.trace] == ([line] if line else [])


def test_endless_loops_everywhere_stay_within_the_total_time(grade_text: GradeText) -> None:
    report = grade_text("import time\ndef f(x):\n    time.sleep(60)\ng = h = f\ntime.sleep(3.5)\n")
    assert report.verdict is Verdict.TIMED_OUT
    assert report.duration_s < 20


def test_state_that_one_check_leaves_does_not_reach_the_next(grade_text: GradeText) -> None:
    source = (
        "import os, torch\n"
        "def f(x):\n    torch.set_grad_enabled(False)\n    torch.set_default_dtype(torch.float64)\n    os.chdir('/')\n"
        "    return 3 * x**2\n"
        "def g(x):\n    assert torch.is_grad_enabled() and torch.ones(1).dtype is torch.float32\n"
        "    open('written', 'w').close()\n    return 3 * x**2\n"
        "h = g\n"
    )
    assert grade_text(source).verdict is Verdict.PASSED


def test_the_module_is_what_the_contract_says(grade_text: GradeText) -> None:
    source = (
        "import os, sys, inspect\n"
        "assert __name__ == 'submission' and sys.modules['submission'].__file__ == __file__\n"
        "assert sys.argv == ['submission'] and sys.stdin.read() == '' and os.listdir() == []\n"
        "def f(x): return 3 * x**2\n"
        "assert inspect.getsource(f).startswith('def f') and open(__file__).read().startswith('import os')\n"
        "g = h = f\n"
        "if __name__ == '__main__': raise SystemExit('must not run')\n"
    )
    report = grade_text(source)
    assert report.verdict is Verdict.PASSED, report.reason


def test_plotting_costs_no_points(grade_text: GradeText) -> None:
    source = (
        "import matplotlib.pyplot as plt\nimport seaborn as sns\n"
        "fig, ax = plt.subplots(1, 1)\nax.plot([1, 2]); plt.show(); plt.savefig('x.png'); sns.set_theme()\n" + RIGHT
    )
    report = grade_text(source)
    assert report.verdict is Verdict.PASSED, report.reason


@pytest.mark.parametrize(
    "source",
    [
        b"\xef\xbb\xbf" + RIGHT.encode(),
        RIGHT.replace("\n", "\r\n").encode(),
        b"# -*- coding: latin-1 -*-\nname = '\xe9'\n" + RIGHT.encode(),
        b"def f(x):\n\treturn 3 * x**2\ng = h = f\n",
    ],
    ids=["bom", "crlf", "latin-1", "tabs"],
)
def test_any_source_that_python_accepts_is_accepted(grade_text: GradeText, source: bytes) -> None:
    report = grade_text(source)
    assert report.verdict is Verdict.PASSED, report.reason


def test_what_notebooks_import_costs_no_points(grade_text: GradeText) -> None:
    source = (
        "from IPython.display import clear_output, display\nimport ipywidgets\nfrom google.colab import drive\n"
        "clear_output(); display(1)\n" + RIGHT
    )
    report = grade_text(source)
    assert report.verdict is Verdict.PASSED, report.reason


def test_a_package_that_is_not_for_submissions_is_a_sentence_without_paths(grade_text: GradeText) -> None:
    import sys

    report = grade_text("import nbformat\n" + RIGHT)
    assert report.verdict is Verdict.CRASHED
    assert "not for submissions" in report.hint
    assert sys.prefix not in report.reason


def test_output_is_kept_but_not_what_a_second_import_repeats(grade_text: GradeText) -> None:
    source = (
        "import os\nprint('importing')\n"
        + "def f(x):\n    print('in f')\n    os._exit(1)\ng = h = lambda x: 3 * x**2\n"
    )
    assert grade_text(source).output.split() == ["importing", "in", "f"]


def test_the_same_seed_gives_the_same_report(grade_text: GradeText) -> None:
    import dataclasses

    source = (
        "import torch\nprint(torch.rand(2), set('abc'), object())\ndef f(x): return x + torch.rand(len(x))\ng = h = f\n"
    )

    def timeless(report: Report) -> Report:
        checks = tuple(dataclasses.replace(check, duration_s=0.0) for check in report.checks)
        return dataclasses.replace(report, checks=checks, duration_s=0.0)

    first, again, other = (timeless(grade_text(source, seed=seed)) for seed in (1, 1, 2))
    assert first == again
    assert first.checks[1].detail != other.checks[1].detail
