"""Whatever a function hands back, the report says what is wrong with it: no check may break on a value.

Each function of each reference solution is replaced in turn by one that returns something odd. The verdict must be the
submission's failure in words, never `grader_error`, and never full marks.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from conftest import ROOT, GradeText

from grader.exercise import exercise_folders, read_exercise
from grader.model import Status, Verdict

ODD = {
    "none": "None",
    "text": "'text'",
    "number": "3",
    "not a number": "float('nan')",
    "bool": "True",
    "nan tensor": "torch.full((4,), float('nan'))",
    "empty tensor": "torch.zeros(0)",
    "vast tensor": "torch.full((1000, 1), 1e30)",
    "complex tensor": "torch.zeros(4, dtype=torch.complex64)",
    "integer tensor": "torch.zeros(4, 1, dtype=torch.int64)",
    "bool tensor": "torch.tensor(True)",
    "sparse tensor": "torch.eye(4).to_sparse()",
    "array": "np.zeros((4, 1))",
    "array of texts": "np.array(['a'])",
    "numpy scalar": "np.float32(0.5)",
    "empty list": "[]",
    "list of tensors": "[torch.zeros(())] * 5",
    "list of nan": "[float('nan')] * 20",
    "list of texts": "['a'] * 500",
    "dict": "{'a': torch.ones(1), 'b': {}}",
    "dict by numbers": "{1: 2}",
    "pair of nothing": "(None, None)",
    "triple": "(1, 2, 3)",
    "function": "lambda *a: torch.ones(4, 1)",
    "class": "torch.nn.Sequential",
    "module": "torch.nn.Sequential()",
    "wrong module": "torch.nn.Sequential(torch.nn.Linear(4, 1, dtype=torch.float64), torch.nn.Flatten())",
    "lazy module": "torch.nn.LazyLinear(3)",
    "device": "torch.device('meta')",
    "dtype": "torch.float32",
    "generator": "(i for i in range(3))",
    "equal to all": "type('E', (), {'__eq__': lambda s, o: True, '__float__': lambda s: 1.0})()",
    "float subclass": "type('F', (float,), {'__lt__': lambda s, o: True})(2.5)",
    "tensor subclass": "torch.ones(4, 1).as_subclass(type('T', (torch.Tensor,), {}))",
    "huge integer": "10 ** 30",
    "endless list": "(lambda l: (l.append(l), l)[1])([])",
}


def cases() -> list[tuple[str, str]]:
    """(exercise id, function) for every function that an exercise asks for."""
    found = []
    for folder in exercise_folders():
        tree = ast.parse((folder / "stub.py").read_text(encoding="utf-8"))
        found += [(folder.name, node.name) for node in tree.body if isinstance(node, ast.FunctionDef)]
    return found


@pytest.mark.parametrize(("folder", "function"), cases())
def test_no_answer_breaks_a_check(grade_text: GradeText, folder: str, function: str) -> None:
    exercise = next(read_exercise(path) for path in exercise_folders() if path.name == folder)
    solution = (ROOT / "reference" / folder / "solution.py").read_text(encoding="utf-8")
    share = (
        cases().index((folder, function)) % 3
    )  # a third each: all values meet every exercise, in a third of the time
    for name, value in list(ODD.items())[share::3]:
        source = f"{solution}\n\nimport numpy as np\nimport torch\n\ndef {function}(*_, **__):\n    return {value}\n"
        report = grade_text(source, exercise=exercise)
        assert report.verdict is not Verdict.GRADER_ERROR, (name, report.reason)
        assert report.verdict is not Verdict.PASSED, name
        for check in report.checks:
            assert check.status is Status.PASS or check.reason, (name, check.id)


def test_every_exercise_is_covered() -> None:
    assert {folder for folder, _ in cases()} == {Path(folder).name for folder in exercise_folders()}
