"""The readers of source files and notebooks: any bytes are a submission, or a sentence on why they are none."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, example, given, settings
from IPython.core.inputtransformer2 import TransformerManager
from lies import LEAVES, TREES

from grader import notebook
from grader.errors import Unreadable, UsageFault
from grader.notebook import as_python, code_cells
from grader.submission import MOST_SOURCE_BYTES, read_submission

pytestmark = pytest.mark.filterwarnings("error")
in_one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
SOURCE = st.text(st.sampled_from(list("ab %!?=\\\n\t\f\v\r\x85\u2028'\"()[]{}:.,#>0\0\ud800é")), max_size=60)
SOURCES = SOURCE | st.lists(SOURCE, max_size=3) | TREES
PIECES = [
    "%ls", "!ls", "?", "??", ",f x", ";f x", "/f x", "x", " = ", "\\\n", "\n", "\n", "    ", "\t", "(", ")", "'", '"""',
    "#", ">>> ", "... ", "In [1]: ", "%%time\n", "if x:\n", "f", "1", "\f", ", ", "/", "%", "!", "=",
]  # fmt: skip
CELLS = st.lists(
    st.fixed_dictionaries(
        {"cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]) | TREES},
        optional={
            "source": SOURCES, "input": SOURCES, "id": TREES, "metadata": TREES, "outputs": TREES, "language": TREES,
        },
    )
    | TREES,
    max_size=4,
)  # fmt: skip
NOTEBOOKS = st.fixed_dictionaries(
    {"nbformat": st.sampled_from([4, 3]) | LEAVES},
    optional={
        "nbformat_minor": st.sampled_from([0, 4, 5, 99]) | TREES,
        "metadata": TREES,
        "cells": CELLS | TREES,
        "worksheets": st.lists(
            st.fixed_dictionaries({"cells": CELLS}, optional={"metadata": TREES}) | TREES, max_size=3
        ),
        "orig_nbformat": TREES,
    },
)


def read(folder: Path, name: str, data: bytes) -> None:
    """What every file must become, whatever is in it."""
    path = folder / name
    path.write_bytes(data)
    submission = read_submission(path)
    if submission.fault is not None:
        assert type(submission.fault) is Unreadable
        assert submission.fault.message.startswith(name)
        assert submission.fault.hint
        return
    assert 0 < len(submission.source) <= MOST_SOURCE_BYTES
    assert b"\0" not in submission.source
    assert submission.is_notebook or submission.source == data
    starts = [cell.first_line for cell in submission.cells]
    assert starts == sorted(set(starts))
    lines = submission.source.decode("utf-8", errors="replace").split("\n")
    for line in (1, len(lines), len(lines) + 1):
        spot = submission.place(line, lines, "f")
        assert spot.line >= 1
        assert (spot.cell is not None) == submission.is_notebook


@in_one_folder
@given(st.binary(max_size=200), st.sampled_from(["mine.py", "mine.ipynb"]))
@example(b'{"cells" "nbformat"', "mine.py")
def test_any_bytes_are_read(tmp_path: Path, data: bytes, name: str) -> None:
    read(tmp_path, name, data)


@in_one_folder
@given(TREES)
def test_any_json_is_read(tmp_path: Path, value: object) -> None:
    read(tmp_path, "mine.ipynb", json.dumps(value).encode())


@pytest.mark.parametrize("depth", [300, 900, 950, 990, 100_000])
def test_json_as_deep_as_it_can_be_is_read(tmp_path: Path, depth: int) -> None:
    deep = "[" * depth + "]" * depth
    cell = f'{{"cell_type": "code", "source": {deep}, "metadata": {deep}}}'
    for text in (deep, f'{{"nbformat": 4, "nbformat_minor": {deep}, "cells": [{cell}]}}'):
        read(tmp_path, "mine.ipynb", text.encode())


@settings(in_one_folder, max_examples=300)
@given(NOTEBOOKS)
def test_what_is_nearly_a_notebook_is_read(tmp_path: Path, value: object) -> None:
    read(tmp_path, "mine.ipynb", json.dumps(value).encode())


@settings(max_examples=300)
@given(st.lists(SOURCE, min_size=1, max_size=4))
def test_cells_become_as_many_lines_of_python(sources: list[str]) -> None:
    try:
        cells = as_python("mine.ipynb", sources)
    except Unreadable:
        return  # there was no code in them
    for source, (title, python) in zip(sources, cells, strict=True):
        assert title == title.strip()
        assert python.count("\n") >= source.count("\n")


LONG = ["\n" * 999_999, " \n" * 400_000, "a" * 900_000 + "-b?", ">>> " * 200_000, "\x85" * 900_000]


@pytest.mark.parametrize("source", LONG, ids=lambda source: ascii(source[:8]))
def test_what_ipython_would_read_for_hours_is_read_in_one_pass(source: str) -> None:
    assert as_python("mine.ipynb", [source, "x = 1"])[1] == ("x = 1", "x = 1")


def test_lines_that_ipython_would_read_again_and_again_are_refused() -> None:
    with pytest.raises(Unreadable, match="too many magic"):  # a comma calls a function there
        as_python("mine.ipynb", [",f x\n" * 50_000])


@pytest.mark.parametrize("unit", ["a;", "(", "a?\n", f"{'a' * 900}?\n"], ids=lambda unit: unit[:8])
def test_what_takes_ipython_longest_is_refused(unit: str) -> None:
    cells = ["%x\n" * 9 + unit * (9_000 // len(unit))] * 100
    with pytest.raises(Unreadable, match="too many magic"):
        as_python("mine.ipynb", cells)


def test_much_code_and_few_magics_are_read() -> None:
    numbers = f"data = [{'0.125, ' * 120_000}]"
    cells = [
        "%matplotlib inline\n!pip install torch\nimport torch",
        numbers,
        *["%time f(x)\n" + "y = f(x)\n" * 200] * 50,
    ]
    read = as_python("mine.ipynb", cells)
    assert read[1][1] == numbers
    assert all("get_ipython()" in python and "%" not in python for _, python in (read[0], *read[2:]))


@settings(max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("x = \\\n %ls\n")
def test_a_cell_is_what_ipython_makes_of_it(text: str) -> None:
    """Also where IPython was not asked, since nothing in the cell is its business."""
    ours, theirs = outcome(notebook._IPython("mine.ipynb"), text), outcome(TransformerManager(), text)
    assert ours == theirs or (theirs is None and ours is not None and not is_python(ours))


def outcome(ipython: TransformerManager, text: str) -> str | None:
    try:
        return str(ipython.transform_cell(text))
    except (SyntaxError, IndexError):
        return None


def is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def test_where_ipython_itself_breaks_a_cell_is_left_to_python() -> None:
    cell = "=%\\\n"
    with pytest.raises(IndexError):
        TransformerManager().transform_cell(cell)
    assert as_python("mine.ipynb", [cell])[0][1] == cell


@pytest.mark.parametrize("item", ['"ab"', "[]", "{}", '[{"k": 0}]'])
def test_a_notebook_of_too_many_values_is_refused(item: str) -> None:
    outputs = ",".join([item] * 1_100_000)
    text = f'{{"nbformat": 4, "nbformat_minor": 4, "metadata": {{"of": [{outputs}]}}, "cells": []}}'
    with pytest.raises(Unreadable, match="holds too many values"):
        code_cells("mine.ipynb", text.encode())


def test_outputs_may_be_long() -> None:
    curve, lines = ["[0.25]"] * 100_000, ['"epoch 1, loss: 0.25, [1/9] \\"ok\\"\\n"'] * 500_000
    outputs = f'[{{"text": [{",".join(lines)}], "data": [{",".join(curve)}]}}]'
    cell = f'{{"cell_type": "code", "metadata": {{}}, "source": ["x = 1\\n", "y = 2"], "outputs": {outputs}}}'
    text = f'{{"nbformat": 4, "nbformat_minor": 4, "metadata": {{}}, "cells": [{cell}]}}'
    assert code_cells("mine.ipynb", text.encode()) == ["x = 1\ny = 2"]


@pytest.mark.parametrize("text", ['"' * 2_000_001, '"' + '\\"' * 1_000_000, "\\" * 2_000_000, '"\\' * 1_000_000])
def test_strings_that_never_end_are_passed_over_in_one_pass(text: str) -> None:
    assert sum(len(found[0]) for found in notebook._STRING.finditer(text)) <= len(text)


def test_what_strings_hold_counts_for_nothing() -> None:
    value = ["a", 'b"[', "\\", "[{,", {"k": [1, 2.5, None]}, "\\\\"]
    text = json.dumps(value)
    assert re.sub(r"[^\[{,]", "", notebook._STRING.sub("", text)) == "[,,,,{[,,,"


def test_a_file_that_cannot_be_read_is_a_sentence() -> None:
    path = Path("/proc/self/mem")  # an ordinary file, by its mode
    if not path.exists():
        pytest.skip("this system has no file that opens and cannot be read")
    with pytest.raises(UsageFault, match="cannot be read"):
        read_submission(path)
