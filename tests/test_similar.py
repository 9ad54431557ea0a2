"""Submissions that are alike are found, whatever was done to hide it; the stub and what everyone writes is not."""

from __future__ import annotations

import ast
import base64
import dataclasses
import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from conftest import ENGINE_PACK, ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.batch.intake.handed_in import Entry
from grader.batch.intake.sources import FileSource
from grader.batch.similar import LEAST_SHARE, MOST_CHARACTERS, MOST_PAIRS, Alike, find_alike
from grader.batch.similar_pages import render_pair, write_pages
from grader.batch.students import Student
from grader.cli import main
from grader.errors import ExerciseFault, UsageFault
from grader.exercise import find_exercise
from grader.submission import read_submission

PLANTED = {
    "ex1": ("solution", "hook", "one_class", "step_of_sgd", "torch_func"),
    "ex2": ("solution", "lambdas", "own_adam", "dataloader", "subclass_with_methods"),
}


def handed_in(root: Path, works: Mapping[str, str | bytes], *, exercise: str = "ex1") -> list[Entry]:
    """Entries of a class: by student, what each wrote. A key such as "ada/2.py" is ada's second attempt."""
    entries = []
    for number, (name, content) in enumerate(works.items()):
        student, _, rest = name.partition("/")
        path = root / f"{number}{Path(name).suffix or '.py'}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        source = FileSource(path.name, str(path), path.stat().st_size)
        attempt = int(Path(rest).stem) if rest else 1
        who = Student(key=student, name=student)
        entries.append(Entry(student=who, exercise=exercise, name=path.name, source=source, attempt=attempt))
    return entries


def alike(entries: list[Entry], *, exercise: str = "ex1", least_share: float = LEAST_SHARE) -> list[Alike]:
    pytest.importorskip("copydetect")
    return list(find_alike(entries, {exercise: find_exercise(exercise).stub}, least_share=least_share))


def names(found: list[Alike]) -> set[frozenset[str]]:
    return {frozenset((each.one.entry.student.key, each.other.entry.student.key)) for each in found}


class Renamed(ast.NodeTransformer):
    """Every argument and variable gets another name."""

    def __init__(self, tree: ast.AST) -> None:
        stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        self.mine = stored | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = f"my_{node.id}" if node.id in self.mine else node.id
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = f"my_{node.arg}"
        return node


def disguised(source: str) -> str:
    """A copy as somebody hands in who hopes that nobody notices: renamed, in another order, with comments."""
    tree = ast.parse(source)
    backwards = (node for node in reversed(tree.body) if isinstance(node, ast.FunctionDef | ast.ClassDef))
    tree.body = [next(backwards) if isinstance(node, ast.FunctionDef | ast.ClassDef) else node for node in tree.body]
    lines = ast.unparse(Renamed(tree).visit(tree)).split("\n")
    return "# all of this is my own work\n\n\n" + "\n".join(
        f"{line}  # step {at}" if at % 3 == 0 else line for at, line in enumerate(lines)
    )


@functools.cache
def references(exercise: str) -> dict[str, str]:
    """The right and wrong submissions of an exercise, as far as they can be read."""
    (pack,) = (ROOT / "reference").glob(f"{exercise}_*")
    found = {path.stem: read_submission(path) for path in sorted(pack.rglob("*.py"))}
    return {name: each.source.decode("utf-8", "replace") for name, each in found.items() if each.fault is None}


@pytest.mark.parametrize("exercise", PLANTED)
def test_disguised_copies_are_found_among_the_references(exercise: str, tmp_path: Path) -> None:
    works = references(exercise)
    copies = {f"copy of {name}": disguised(works[name]) for name in PLANTED[exercise]}
    found = alike(handed_in(tmp_path, works | copies, exercise=exercise), exercise=exercise)
    planted = {frozenset((name, f"copy of {name}")) for name in PLANTED[exercise]}
    assert planted <= names(found)
    honest = {pair for pair in names(found) if not any(name.startswith("copy of") for name in pair)}
    assert len(honest) <= 4
    assert [each.share for each in found] == sorted((each.share for each in found), reverse=True)


def test_the_stub_is_nobodys_own_text(tmp_path: Path) -> None:
    stub = find_exercise("ex1").stub
    pieces = stub.split("    raise NotImplementedError")
    mine = "    return (x**3).sum()".join(pieces)
    yours = "    with torch.enable_grad():\n        yield from map(torch.sum, (x, x, x))".join(pieces)
    works = {"ada": stub, "bo": stub, "cy": stub.replace("\n", "\r\n"), "dee": mine, "eve": yours}
    assert alike(handed_in(tmp_path, works)) == []


def test_identical_files_are_found_however_short(tmp_path: Path) -> None:
    works = {"ada": "y = 3", "bo": "\ufeff\n\ny = 3  \r\n", "cy": "y = 4", "dee": "y = 3\n"}
    found = alike(handed_in(tmp_path, works))
    assert names(found) == {frozenset(("ada", "bo")), frozenset(("ada", "dee"))}
    assert all(each.is_identical and each.share == 1 for each in found)
    assert [line.is_shared for line in found[0].one.lines] == [True]


def test_what_everyone_writes_is_no_sign(tmp_path: Path) -> None:
    stub = find_exercise("ex1").stub
    common = "    {0} = x.detach().clone().requires_grad_(True)\n    {0}.pow(3).sum().backward()\n    return {0}.grad"
    works = {
        f"student{number}": stub.replace("    raise NotImplementedError", common.format(f"leaf{number}"))
        for number in range(40)
    }
    odd = "\n\ndef twice({0}):\n    return [{0}[i] * 2 + {0}[-i] // 7 for i in range(len({0})) if {0}[i] != i ** 5]\n"
    works |= {"student7": works["student7"] + odd.format("a"), "student8": works["student8"] + odd.format("b")}
    assert names(alike(handed_in(tmp_path, works), least_share=0.2)) == {frozenset(("student7", "student8"))}


def test_notebooks_are_compared_as_their_code(tmp_path: Path) -> None:
    script = references("ex1")["hook"]
    head, *functions = script.split("\ndef ")
    cells = [nbformat.v4.new_code_cell("\n" + head), nbformat.v4.new_markdown_cell("def is_only(prose): ...")]
    cells += [nbformat.v4.new_code_cell(f"def {each}") for each in functions]
    notebook = nbformat.v4.new_notebook(cells=cells)
    other = {name: references("ex1")[name] for name in ("solution", "torch_func", "one_class", "step_of_sgd")}
    works = {"ada": disguised(script), "bo/1.ipynb": nbformat.writes(notebook), **other}
    (found,) = alike(handed_in(tmp_path, works))
    assert names([found]) == {frozenset(("ada", "bo"))}
    text = {line.label: line.text for line in found.other.lines}
    assert text["1:2"] == head.split("\n")[0]
    assert text["2:1"].startswith("def ")
    assert not any("prose" in line.text for line in found.other.lines)


def test_only_the_last_attempt_counts_and_nobody_is_their_own_copy(tmp_path: Path) -> None:
    mine, yours = references("ex1")["hook"], references("ex1")["one_class"]
    works = {"ada/1.py": mine, "ada/2.py": mine + "\n", "bo/1.py": mine, "bo/2.py": yours}
    assert alike(handed_in(tmp_path, works)) == []


def test_what_cannot_be_read_or_is_too_long_breaks_nothing(tmp_path: Path) -> None:
    long = "value = 1\n" * (MOST_CHARACTERS // 10 + 1)
    works: dict[str, str | bytes] = {"ada": b"", "bo": b"\0\0", "cy/1.ipynb": "no notebook", "dee": b"\xff = (\n" * 9}
    entries = handed_in(tmp_path, works | {"eve": long, "fay": long + "\n", "gil": long + "value = 2"})
    entries.append(
        Entry(student=Student(key="zoe"), exercise="ex1", name="x.py", source=FileSource("x.py", "/nowhere/x.py", 1))
    )
    assert names(alike(entries)) == {frozenset(("eve", "fay"))}


@functools.cache
def shares(folder: Path, least_share: float) -> dict[frozenset[str], float]:
    works = {name: references("ex1")[name] for name in PLANTED["ex1"]}
    works |= {f"copy of {name}": disguised(text) for name, text in works.items()}
    found = alike(handed_in(folder, works), least_share=least_share)
    return {frozenset((each.one.entry.student.key, each.other.entry.student.key)): each.share for each in found}


@given(st.floats(min_value=0.01, max_value=1))
@settings(max_examples=15)
def test_a_threshold_leaves_out_what_is_below_it_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, least_share: float
) -> None:
    everything = shares(tmp_path_factory.getbasetemp(), 0.01)
    assert any(share < 0.5 for share in everything.values())
    kept = shares(tmp_path_factory.getbasetemp(), least_share)
    assert kept == {pair: share for pair, share in everything.items() if share >= least_share}


class Elements(HTMLParser):
    """What a browser would make of a page: its elements with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_names_and_code_do_nothing_on_a_page(tmp_path: Path) -> None:
    attack = "</td></mark><script>alert(1)</script><img src=x onerror=alert(1)> {{ 7 * 7 }} \u202e \x1b[2J"
    code = f"text = '''{attack}'''\n"
    first, second = handed_in(tmp_path, {"ada": code, "bo": code})
    second = dataclasses.replace(second, student=Student(key="bo", name=attack), name=f"{attack}.py")
    (found,) = alike([first, second])
    page = render_pair(found)
    elements = Elements(page)
    assert not {tag for tag, _ in elements.tags} & {"script", "img", "iframe", "a", "link"}
    assert not [attributes for _, attributes in elements.tags if any(name.startswith("on") for name in attributes)]
    assert not {"\u202e", "\x1b"} & set(page)
    assert "".join(elements.text).count("<script>alert(1)</script>") == 6
    assert "{{ 7 * 7 }}" in page
    (policy,) = (each["content"] for _, each in elements.tags if each.get("http-equiv") == "Content-Security-Policy")
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_a_page_marks_what_counts_and_shows_the_rest(tmp_path: Path) -> None:
    shared = "def odd(a):\n    return [a[i] * 2 + a[-i] // 7 for i in range(len(a)) if a[i] != i ** 5]\n"
    one = f"\n\n'''Mine.'''\n{shared}print(sum(map(str.upper, 'mine')))\n"
    works = {"ada": one, "bo": "import sys\n" + re.sub(r"\ba\b", "b", shared)}
    (found,) = alike(handed_in(tmp_path, works))
    assert [(line.label, line.is_shared) for line in found.one.lines] == [
        ("3", False),
        ("4", True),
        ("5", True),
        ("6", False),
    ]
    page = render_pair(found)
    assert page.count("<mark>") == 4
    assert f"<b>{found.share:.0%}</b>" in page
    assert "print(sum(map(str.upper, &#39;mine&#39;)))</td>" in page


def test_a_page_of_endless_text_has_an_end(tmp_path: Path) -> None:
    long = "x = 1\n" * 1_500 + "y = '" + "z" * 5_000 + "'\n"
    (found,) = alike(handed_in(tmp_path, {"ada": "w" * 9_000 + "\n" + long, "bo": "w" * 9_000 + "\n" + long}))
    page = render_pair(found)
    assert "502 more lines are not shown." in page
    assert len(page) < 300_000


def test_pages_take_the_place_of_those_of_an_earlier_run(tmp_path: Path) -> None:
    works = dict.fromkeys(("ada", "bo", "cy"), "same = 'text'")
    entries = handed_in(tmp_path, works)
    results = tmp_path / "results"
    first = write_pages(results, alike(entries))
    assert [(each.exercise, each.one, each.other, each.share) for each in first] == [
        ("ex1", "ada", "bo", 1.0),
        ("ex1", "ada", "cy", 1.0),
    ]
    assert sorted(str(path.relative_to(results)) for path in results.rglob("*.html")) == [each.page for each in first]
    second = write_pages(results, alike(entries[:2]))
    assert [path.name for path in results.rglob("*.html")] == [Path(each.page).name for each in second]


def test_an_old_page_that_cannot_be_removed_is_said(tmp_path: Path) -> None:
    (tmp_path / "similar" / "pair-001.html").mkdir(parents=True)
    with pytest.raises(UsageFault, match=r"pair-001.html of an earlier run cannot be removed"):
        write_pages(tmp_path, [])


def test_the_strongest_pairs_are_shown_where_there_are_too_many(tmp_path: Path) -> None:
    works = {f"student{number:03}": "same = 'text'" for number in range(MOST_PAIRS + 30)}
    works |= {f"long{number}": references("ex1")["one_class"] for number in range(2)}
    found = alike(handed_in(tmp_path, works))
    assert len(found) == MOST_PAIRS
    assert names(found[:1]) == {frozenset(("long0", "long1"))}


def grade_batch(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader", "batch", "ex1", "in", *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_batch_finds_copies_where_it_is_asked_to(tmp_path: Path) -> None:
    pytest.importorskip("copydetect")
    (tmp_path / "in").mkdir()
    works = {name: references("ex1")[name] for name in ("hook", "one_class", "step_of_sgd")}
    for name, text in {**works, "zoe": disguised(works["hook"])}.items():
        (tmp_path / "in" / f"{name}.py").write_text(text)
    done = grade_batch(tmp_path, "--similarity")
    assert done.returncode == 0, done.stderr
    assert "1 pair is alike:\n  hook and zoe: similar/pair-001.html" in done.stdout
    assert "hook and zoe" in (tmp_path / "results/similar/pair-001.html").read_text()
    mine = tmp_path / "results/similar/pair-of-interest.html"
    mine.write_text("notes")
    assert grade_batch(tmp_path).returncode == 0
    assert list((tmp_path / "results/similar").iterdir()) == [mine]  # nothing leads to the page of the earlier run
    mine.unlink()
    (tmp_path / "in" / "zoe.py").unlink()
    again = grade_batch(tmp_path, "--similarity")
    assert "0 graded, 3 before" in again.stdout
    assert "No submissions are alike." in again.stdout
    assert list((tmp_path / "results/similar").iterdir()) == []


def test_without_the_extra_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.py").write_text("x = 1")
    monkeypatch.setitem(sys.modules, "copydetect", None)  # as Python has a package that is not there
    with pytest.raises(UsageFault) as fault:
        main(["batch", "ex1", str(tmp_path), "-o", str(tmp_path / "out"), "--similarity"], standalone_mode=False)
    assert fault.value.message == "Submissions cannot be compared: the package copydetect is not installed."
    assert fault.value.hint == "Install it with: pip install 'grader[similarity]'"
    assert not (tmp_path / "out").exists()


def test_an_exercise_without_a_stub_is_said_before_anything_is_graded(tmp_path: Path) -> None:
    pytest.importorskip("copydetect")
    shutil.copytree(ENGINE_PACK, tmp_path / "pack")
    (stub,) = (tmp_path / "pack").rglob("stub.py")
    stub.unlink()
    arguments = ["batch", "plain", str(tmp_path), "-o", str(tmp_path / "out"), "--exercises", str(tmp_path / "pack")]
    with pytest.raises(ExerciseFault, match="The stub of plain cannot be read: No such file or directory"):
        main([*arguments, "--similarity"], standalone_mode=False)
    assert not (tmp_path / "out").exists()
