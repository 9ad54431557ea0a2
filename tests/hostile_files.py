"""Files that are too big, too odd or too deep to lie in a repository: each is made when its test runs.

A maker gets an empty folder and gives the path of what to hand in. `MADE` says what must become of it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hostile_support import RIGHT


@dataclass(frozen=True)
class Made:
    """A file to be made, the exit code it must get, its points where it is graded, and words of the answer."""

    name: str
    make: Callable[[Path], Path]
    exit_code: int
    points: int
    says: str
    seconds: float = 12.0


MADE: list[Made] = []


def made(
    *, exit_code: int, points: int = 0, says: str = ""
) -> Callable[[Callable[[Path], Path]], Callable[[Path], Path]]:
    def note(make: Callable[[Path], Path]) -> Callable[[Path], Path]:
        MADE.append(Made(make.__name__, make, exit_code, points, says))
        return make

    return note


def source(
    name: str, text: str | bytes, *, exit_code: int, points: int = 0, says: str = "", seconds: float = 12.0
) -> None:
    """A case that is one file with this content."""

    def make(folder: Path) -> Path:
        path = folder / "mine.py"
        path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
        return path

    MADE.append(Made(name, make, exit_code, points, says, seconds))


def notebook(
    name: str, content: object, *, exit_code: int, points: int = 0, says: str = "", seconds: float = 12.0
) -> None:
    """A case that is a notebook: of text, of a JSON value, or of a function that gives one."""

    def make(folder: Path) -> Path:
        path = folder / "mine.ipynb"
        value = content() if callable(content) else content
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        return path

    MADE.append(Made(name, make, exit_code, points, says, seconds))


def cell(text: str, number: int = 0) -> dict[str, object]:
    return {
        "cell_type": "code",
        "id": f"c{number}",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": text,
    }


def cells(*texts: str, **more: object) -> dict[str, object]:
    whole = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [cell(text, n) for n, text in enumerate(texts)],
    }
    return {**whole, **more}


# What is no submission at all: a sentence and exit code 2.


@made(exit_code=2, says="is a folder")
def a_folder(folder: Path) -> Path:
    (folder / "mine.py").mkdir()
    return folder / "mine.py"


@made(exit_code=2, says="no ordinary file")
def a_fifo(folder: Path) -> Path:
    os.mkfifo(folder / "mine.py")
    return folder / "mine.py"


@made(exit_code=2, says="link to a file elsewhere")
def a_symlink_out(folder: Path) -> Path:
    (folder / "mine.py").symlink_to("/etc/passwd")
    return folder / "mine.py"


@made(exit_code=2, says="link to a file elsewhere")
def a_symlink_out_by_two_steps(folder: Path) -> Path:
    (folder / "second.py").symlink_to("../../../../../../../../../etc/hostname")
    (folder / "mine.py").symlink_to("second.py")
    return folder / "mine.py"


@made(exit_code=2)
def a_symlink_to_itself(folder: Path) -> Path:
    (folder / "mine.py").symlink_to("mine.py")
    return folder / "mine.py"


@made(exit_code=2, says="no ordinary file")
def a_device(folder: Path) -> Path:
    return Path("/dev/zero")


@made(exit_code=2)
def a_name_that_is_too_long(folder: Path) -> Path:
    return folder / ("x" * 300 + ".py")


@made(exit_code=2, says="no file")
def a_missing_file_with_escapes_in_its_name(folder: Path) -> Path:
    return folder / "\x1b]0;title\x07\x1b[2Jmine.py"


@made(exit_code=2, says="is a folder")
def a_folder_with_escapes_in_its_name(folder: Path) -> Path:
    path = folder / "\x1b]0;title\x07\x1b[2Jmine.py"
    path.mkdir()
    return path


# What is a file and cannot be run: a report that says why.


@made(exit_code=1, says="is the most")
def fifty_megabytes(folder: Path) -> Path:
    (folder / "mine.py").write_bytes(b"x = 1\n" * (50_000_000 // 6))
    return folder / "mine.py"


@made(exit_code=1, says="is the most")
def a_hole_of_a_terabyte(folder: Path) -> Path:
    with (folder / "mine.py").open("wb") as file:
        file.truncate(1 << 40)
    return folder / "mine.py"


source("empty", b"", exit_code=1, says="is empty")
source("only_blanks", b" \n\t\r\n\x0c", exit_code=1, says="is empty")
source("only_a_byte_order_mark", b"\xef\xbb\xbf", exit_code=1)
source("binary", bytes(range(256)) * 100, exit_code=1)
source("elf", b"\x7fELF\x02\x01\x01" + bytes(100), exit_code=1, says="binary")
source("a_pickle", b"\x80\x04\x95\x0a\x00\x00\x00cos\nsystem\n", exit_code=1)
source("utf_16_little_endian", b"\xff\xfe" + RIGHT.encode("utf-16-le"), exit_code=1, says="UTF-16")
source("utf_16_big_endian", b"\xfe\xff" + RIGHT.encode("utf-16-be"), exit_code=1, says="UTF-16")
source("utf_16_without_a_mark", RIGHT.encode("utf-16-le"), exit_code=1, says="binary")
source("latin_1_without_a_cookie", b"name = '\xe9'\n" + RIGHT.encode(), exit_code=1, says="Python cannot read it")
source("an_unknown_cookie", b"# coding: klingon\n" + RIGHT.encode(), exit_code=1, says="Python cannot read it")
source("a_cookie_that_is_no_text", b"# coding: zlib\n" + RIGHT.encode(), exit_code=1)
source("the_undefined_cookie", b"# coding: undefined\n" + RIGHT.encode(), exit_code=1)
source("lone_surrogates", "name = '\ud800'\n" + RIGHT, exit_code=1)
source("a_conflict_marker", "<<<<<<< HEAD\n" + RIGHT, exit_code=1, says="Python cannot read it")

# What Python accepts is accepted.

source("right_with_a_byte_order_mark", b"\xef\xbb\xbf" + RIGHT.encode(), exit_code=0, points=10)
source("right_with_carriage_returns", RIGHT.replace("\n", "\r\n").encode(), exit_code=0, points=10)
source("right_with_old_mac_lines", RIGHT.replace("\n", "\r").encode(), exit_code=0, points=10)
source("right_in_latin_1_with_a_cookie", b"# coding: latin-1\nname = '\xe9'\n" + RIGHT.encode(), exit_code=0, points=10)
source(
    "right_in_utf_7_with_a_cookie",
    b"# coding: utf-7\n" + RIGHT.replace("+", "+-").encode("ascii"),
    exit_code=0,
    points=10,
)
source("right_with_form_feeds", "\x0c" + RIGHT.replace("\n\n", "\n\x0c\n"), exit_code=0, points=10)
source(
    "right_after_a_long_elif_chain",
    RIGHT + "n = 1\nif n == 0: pass\n" + "".join(f"elif n == {i}: pass\n" for i in range(60)),
    exit_code=0,
    points=10,
)
source("right_with_many_decorators", RIGHT + "@staticmethod\n" * 60 + "def nothing(): pass\n", exit_code=0, points=10)
source("right_with_a_long_sum_in_a_keyword", RIGHT + f"value = dict(a={'+'.join('1' * 400)})\n", exit_code=0, points=10)
source("right_with_a_long_method_chain", RIGHT + f"text = 'a'{'.strip()' * 80}\n", exit_code=0, points=10)
source("right_with_a_long_list", RIGHT + f"values = [{'1, ' * 100_000}]\n", exit_code=0, points=10)
source(
    "right_with_many_functions",
    RIGHT + "".join(f"def f{i}(x): return x + {i}\n" for i in range(10_000)),
    exit_code=0,
    points=10,
)
source(
    "right_with_ten_thousand_assignments_to_one_name",
    RIGHT + "".join(f"y = abs({i})\n" for i in range(10_000)),
    exit_code=0,
    points=10,
)

# What is deep enough to break a parser, a compiler or whoever walks the tree: one sentence, and no crash of ours.

DEEP = {
    "parentheses": "(" * 5000 + ")" * 5000,
    "brackets": "[" * 100_000,
    "lists": "[" * 190 + "]" * 190,
    "unary_minus": "-" * 200_000 + "1",
    "not": "not " * 100_000 + "1",
    "attributes": "a" + ".b" * 200_000,
    "calls": "f" + "()" * 100_000,
    "subscripts": "a" + "[0]" * 100_000,
    "sum": "+".join("1" * 200_000),
    "comparisons": "<".join("1" * 100_000),
    "powers": "**".join("1" * 50_000),
    "lambdas": "lambda: " * 20_000 + "1",
    "conditionals": "1 if 1 else " * 20_000 + "1",
    "awaits": "await " * 50_000 + "x",
    "strings": "'a' " * 200_000,
    "a_huge_integer": "9" * 900_000,
    "a_huge_power": "0x" + "f" * 900_000,
    "nested_f_strings": "f'{" * 150 + "1" + "}'" * 150,
    "f_string_formats": "f'" + "{x:" * 1000 + "}" * 1000 + "'",
    "walrus": "(a:=" * 190 + "1" + ")" * 190,
    "comprehension": "[x " + "for x in y " * 20_000 + "]",
    "stars": "*" * 100_000 + "a",
}
for deep_name, expression in DEEP.items():
    source(f"deep_{deep_name}", f"value = lambda: {expression}\n", exit_code=1)
source("deep_indentation", "".join(" " * i + "if 1:\n" for i in range(1200)) + " " * 1200 + "pass\n", exit_code=1)
source("deep_elif_chain", "if 0: pass\n" + "elif 0: pass\n" * 20_000, exit_code=1)
source("deep_functions", "".join(" " * i + "def f():\n" for i in range(99)) + " " * 99 + "pass\n", exit_code=1)
source("deep_classes_in_strings", "x: " + "'" + "a[" * 10_000 + "'\n", exit_code=1)
source("deep_match_patterns", "match 1:\n    case " + "[" * 180 + "]" * 180 + ": pass\n", exit_code=1)
source("too_many_decorators", "@a\n" * 100_000 + "def f(): pass\n", exit_code=1)
source("too_many_different_names", "".join(f"x=a{i}\n" for i in range(8_000)), exit_code=1, seconds=3.0)
source("keywords_in_keywords", "value = " + "dict(a=" * 80 + "[" + "1," * 2000 + "]" + ")" * 80 + "\n", exit_code=1)

# Notebooks.

source("a_notebook_named_py", json.dumps(cells(RIGHT)), exit_code=0, points=10)
notebook(
    "right_in_a_notebook",
    cells("%matplotlib inline\n!pip install torch", RIGHT, "gradient_by_hand?"),
    exit_code=0,
    points=10,
)
notebook(
    "right_in_notebook_format_3",
    {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {},
        "worksheets": [
            {"cells": [{"cell_type": "code", "input": RIGHT, "language": "python", "outputs": [], "metadata": {}}]}
        ],
    },
    exit_code=0,
    points=10,
)
notebook("a_hundred_thousand_cells", lambda: cells(*["x = 1"] * 100_000), exit_code=1, says="too many values")
notebook(
    "twenty_thousand_markdown_cells",
    lambda: cells(
        cells=[{"cell_type": "markdown", "id": f"m{i}", "metadata": {}, "source": "x"} for i in range(20_000)]
    ),
    exit_code=1,
)
notebook("cells_with_one_id", lambda: cells(cells=[cell("x = 1") for _ in range(3000)]), exit_code=1)
notebook(
    "thirty_megabytes_of_small_values",
    lambda: json.dumps(cells(RIGHT)).replace('"outputs": []', '"outputs": [' + "{}, " * 7_500_000 + "{}]"),
    exit_code=1,
    says="too many values",
    seconds=4.0,
)
notebook(
    "right_beside_thirty_megabytes_of_text",
    lambda: cells(RIGHT, metadata={"text": '[{,\\"' * 4_000_000}),
    exit_code=0,
    points=10,
)
notebook(
    "right_beside_a_hundred_thousand_numbers",
    lambda: cells(cells=[{**cell(RIGHT), "outputs": [{"data": [n / 7, {"a": n}]} for n in range(50_000)]}]),
    exit_code=0,
    points=10,
)
notebook(
    "thirty_megabytes_of_source", lambda: cells("x = 1\n" * 4_000_000), exit_code=1, says="is the most", seconds=4.0
)
notebook("a_cell_of_blank_lines", lambda: cells("\n" * 900_000, RIGHT), exit_code=0, points=10)
notebook("a_long_word_and_help", lambda: cells("a" * 400_000 + "-b?", RIGHT), exit_code=1, says="Python cannot read it")
notebook("no_json", "this is no JSON", exit_code=1, says="is no notebook")
notebook("half_a_notebook", json.dumps(cells(RIGHT))[:-20], exit_code=1, says="is no notebook")
notebook("an_empty_notebook_file", "", exit_code=1)
notebook("json_but_a_list", [1, 2], exit_code=1, says="is no notebook")
notebook("deep_json", "[" * 200_000, exit_code=1, says="is no notebook")
notebook("wrong_version", cells(RIGHT, nbformat=99), exit_code=1, says="is no notebook")
notebook("version_zero", cells(RIGHT, nbformat=0), exit_code=1)
notebook("version_text", cells(RIGHT, nbformat="four"), exit_code=1, says="is no notebook")
notebook("version_huge", json.dumps(cells(RIGHT)).replace('"nbformat": 4', '"nbformat": ' + "9" * 4000), exit_code=1)
notebook("cells_of_nothing", cells(cells=[None, 1, "x", [], {}]), exit_code=1, says="is no notebook")
notebook("cells_that_are_no_list", cells(cells={"a": 1}), exit_code=1)
notebook("sources_of_numbers", cells(cells=[{**cell("x"), "source": [1, 2]}]), exit_code=1)
notebook("no_code_cells", cells(), exit_code=1, says="no code cells")
notebook("surrogates_in_a_cell", cells("x = '\ud800'", RIGHT), exit_code=1)
notebook("nul_in_a_cell", cells("x = '\0'", RIGHT), exit_code=1)
notebook("a_cell_with_505_magics", cells("!ls\n" * 505, RIGHT), exit_code=1, says="too many magic")
notebook("many_cells_with_many_magics", cells(*["!ls\n" * 120] * 24, RIGHT), exit_code=1, says="too many magic")
notebook("a_cell_that_breaks_tokenizers", cells("(" * 5000, "'''", '"\\\n' * 500, "\\", RIGHT), exit_code=1)
notebook("an_assignment_of_magics", cells("".join(f"a{i} = %time {i}\n" for i in range(100))), exit_code=1)

# Files beside the submission that Python, torch or pytest might pick up.


def _with_neighbour(folder: Path, name: str) -> Path:
    (folder / name).write_text("import os\nprint('CAN' 'ARY-neighbour')\nraise SystemExit(0)\n")
    (folder / "mine.py").write_text(RIGHT)
    return folder / "mine.py"


for neighbour in (
    "torch.py",
    "numpy.py",
    "conftest.py",
    "sitecustomize.py",
    "json.py",
    "grader.py",
    "submission.py",
    "os.py",
):
    MADE.append(
        Made(
            f"own_{neighbour.removesuffix('.py')}_beside_it",
            lambda folder, name=neighbour: _with_neighbour(folder, name),
            0,
            10,
            "",
        )
    )


@made(exit_code=0, points=10)
def own_pth_file_beside_it(folder: Path) -> Path:
    path = _with_neighbour(folder, "torch.py")
    (folder / "evil.pth").write_text("import torch")
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--evil'\n")
    (folder / "pyvenv.cfg").write_text("home = .\n")
    return path


@made(exit_code=0, points=10)
def a_name_that_is_no_unicode(folder: Path) -> Path:
    path = folder / os.fsdecode(b"mine\xff\xfe.py")
    path.write_text(RIGHT)
    return path


@made(exit_code=0, points=10)
def a_name_with_escapes_and_markup(folder: Path) -> Path:
    path = folder / "\x1b]0;title\x07\x1b[2J<script>alert(1)<\u2044script>\n::error::x.py"
    path.write_text(RIGHT)
    return path


@made(exit_code=0, points=10)
def a_name_that_looks_like_an_option(folder: Path) -> Path:
    path = folder / "--format=json.py"
    path.write_text(RIGHT)
    return path
