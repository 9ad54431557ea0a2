"""Of several files of a student the right one is graded, whatever lies beside it."""

from __future__ import annotations

import json
import time
import zlib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from batch_support import EX1, ROOT, entries, folder, reasons, zip_bytes, zip_file

from grader.batch.intake.layout import Shape
from grader.batch.intake.take_in import take_in
from grader.batch.naming import ExerciseNames
from grader.batch.students import Student
from grader.errors import GraderFault
from grader.exercise import Exercise, find_exercise, read_course
from grader.stub_notebook import stub_notebook

STUB = ROOT / "exercises" / "ex1_sum_of_cubes" / "stub.py"
ASKING = replace(EX1, stub=STUB)
RIGHT = (ROOT / "reference" / "ex1_sum_of_cubes" / "solution.py").read_bytes()
TESTS = b"from ex1 import gradient_by_hand, sum_of_cubes\n\ndef test_it():\n    assert sum_of_cubes(1) == 1\n"
HELPERS = b"def cube(x):\n    return x**3\n"
PART = RIGHT[: RIGHT.index(b"def gradient_by_hand")]
NOTEBOOK = nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(RIGHT.decode())])).encode()
PACKED_NOTEBOOK = json.dumps(json.loads(NOTEBOOK), separators=(",", ":")).encode()
NOTEBOOK_OF_TEXT = json.dumps({"cells": [{"cell_type": "code", "source": RIGHT.decode()}], "nbformat": 4}).encode()
UNTOUCHED_NOTEBOOK = stub_notebook(find_exercise("ex1"), STUB.read_text()).encode()
UNTOUCHED_PACKED = json.dumps(json.loads(UNTOUCHED_NOTEBOOK), separators=(",", ":")).encode()
UNTOUCHED = STUB.read_bytes()
LONGER = UNTOUCHED.replace(b"raise NotImplementedError\n", b"raise NotImplementedError\n    return x\n", 1)
BROKEN = b"def sum_of_cubes(x)\n    oops\n"
AS_LAMBDAS = (
    b"import torch\nsum_of_cubes, n = lambda x: (x**3).sum(), 2\ngradient_by_hand: object = lambda x: 3 * x**2\n"
)


@pytest.mark.parametrize(
    ("right", "beside"),
    [
        ({"ex1.py": RIGHT}, {"test_ex1.py": TESTS, "ex1_helpers.py": HELPERS, "ex1_old.py": RIGHT}),
        ({"ex1.py": RIGHT}, {"ex1-tests.py": TESTS, "ex1_utils.py": HELPERS, "ex1_backup.py": RIGHT}),
        ({"solution.py": RIGHT}, {"test_ex1.py": TESTS, "ex1_utils.py": HELPERS, "solution_old.py": RIGHT}),
        ({"main.py": RIGHT}, {"utils.py": HELPERS, "zz.py": HELPERS, "conftest.py": b"", "src/__init__.py": b""}),
        ({"cubes.py": RIGHT}, {"ex1.py": UNTOUCHED, "solution.py": HELPERS}),
        ({"my work/cubes.py": RIGHT}, {"ex1.py": UNTOUCHED.replace(b"\n", b"\r\n"), "run.py": TESTS}),
        ({"cubes.ipynb": NOTEBOOK}, {"ex1.py": UNTOUCHED, "test.py": TESTS}),
        ({"cubes.ipynb": PACKED_NOTEBOOK}, {"ex1.py": UNTOUCHED, "ex1.ipynb": UNTOUCHED_NOTEBOOK}),
        ({"cubes.ipynb": NOTEBOOK_OF_TEXT}, {"ex1.py": UNTOUCHED, "ex1.ipynb": UNTOUCHED_PACKED}),
        ({"cubes.py": b"\xef\xbb\xbf" + RIGHT}, {"ex1.ipynb": UNTOUCHED_NOTEBOOK, "Copy of ex1.ipynb": NOTEBOOK[:99]}),
        ({"cubes.py": PART}, {"ex1.py": UNTOUCHED, "ex1_helpers.py": HELPERS}),
        ({"cubes.py": AS_LAMBDAS}, {"ex1.py": UNTOUCHED, "solution.py": PART[: PART.index(b"def gradient")]}),
        ({"cubes.py": RIGHT}, {"tests/ex1.py": RIGHT, "old/ex1.py": RIGHT, "ex1.bak/ex1.py": RIGHT}),
        ({"ex1.py": RIGHT}, {"ex1_v2.py": RIGHT, "solution.py": RIGHT, "ex1.ipynb": NOTEBOOK, "x/ex1.py": RIGHT}),
        ({"ex1_sum_of_cubes.py": RIGHT}, {"ex1 - Copy.py": RIGHT, "my_ex1.py": RIGHT, "cubes.py": RIGHT}),
        ({"my_solution.py": RIGHT}, {"main.py": RIGHT, "zz.py": RIGHT, "solution.py": RIGHT}),
        ({"cubes.py": LONGER}, {"ex1.py": UNTOUCHED, "ex1.ipynb": UNTOUCHED_PACKED}),
        ({"ex1.py": BROKEN}, {"test_ex1.py": TESTS, "utils.py": HELPERS}),
        ({"ex1.py": UNTOUCHED}, {"test_ex1.py": TESTS, "utils.py": HELPERS}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("shape", [Shape.CLASSROOM, Shape.MOODLE, Shape.CANVAS, Shape.GRADESCOPE])
def test_a_solution_is_not_beaten_by_what_lies_beside_it(
    tmp_path: Path, shape: Shape, right: dict[str, bytes], beside: dict[str, bytes]
) -> None:
    everything = {**right, **beside}
    if shape is Shape.CANVAS:  # what a student packed, and one attachment for each that lies loose
        name = "ann_1_{}_{}".format
        files = {name(10 + at, path.replace("/", ".zip/")): data for at, (path, data) in enumerate(everything.items())}
    elif shape is Shape.MOODLE:
        files = {f"Ann Example_7_assignsubmission_file_/{path}": data for path, data in everything.items()}
    elif shape is Shape.GRADESCOPE:
        files = {f"submission_1/{path}": data for path, data in everything.items()}
        files["submission_metadata.yml"] = b"submission_1:\n  :submitters:\n  - :name: Ann Example\n"
    else:
        files = {f"ex1-ann/{path}": data for path, data in everything.items()}
    with take_in(folder(tmp_path / "ex1-submissions", files), [ASKING], shape=shape) as intake:
        assert [each.source.read() for each in intake.entries] == list(right.values())
        (entry,) = intake.entries
        assert entry.name.endswith(next(iter(right)).rpartition("/")[2])
        assert len(intake.left_out) == len(beside)
        assert all(f"{entry.name} is graded, because " in each.reason for each in intake.left_out)


@pytest.mark.parametrize("exercise", read_course(), ids=lambda exercise: exercise.id)
def test_every_right_way_is_told_from_the_stub(tmp_path: Path, exercise: Exercise) -> None:
    right = {path.stem: path for path in (ROOT / "reference" / exercise.folder.name / "right").iterdir()}
    files = {f"{name}/mine{path.suffix}": path.read_bytes() for name, path in right.items()}
    for name in right:
        files[f"{name}/{exercise.id}.py"] = exercise.stub.encode()
        files[f"{name}/{exercise.id}.ipynb"] = stub_notebook(exercise, exercise.stub).encode()
    names = ExerciseNames(exercise.id, (), exercise.folder / "stub.py")
    with take_in(folder(tmp_path, files), [names], shape=Shape.FOLDERS) as intake:
        assert {each.name for each in intake.entries} == {f"{name}/mine{path.suffix}" for name, path in right.items()}


def test_why_a_file_is_left_out_is_what_decided(tmp_path: Path) -> None:
    files = {
        "ann/cubes.py": RIGHT,
        "ann/ex1.py": UNTOUCHED,
        "ann/cubes_test.py": RIGHT,
        "bob/one.py": HELPERS,
        "bob/two.py": HELPERS,
        "cy/ex1.py": RIGHT,
        "cy/my_ex1.py": RIGHT,
        "cy/main.py": RIGHT,
    }
    with take_in(folder(tmp_path, files), [ASKING]) as intake:
        assert [name for *_, name in entries(intake)] == ["ann/cubes.py", "bob/two.py", "cy/ex1.py"]
        assert {name: reason.partition(" is graded, ")[2] for name, reason in reasons(intake).items()} == {
            "ann/cubes_test.py": "because the other's name says that it is no solution.",
            "ann/ex1.py": "because it defines more of what is asked for.",
            "bob/one.py": "because it comes later in the input and nothing else tells them apart.",
            "cy/main.py": "because its name is the exercise's.",
            "cy/my_ex1.py": "because its name is the exercise's.",
        }


def test_the_stub_saved_a_second_time_is_no_second_try(tmp_path: Path) -> None:
    files = {
        "ann/ex1.py": RIGHT,
        "ann/ex1 (1).py": UNTOUCHED,
        "bob/attempt1/ex1.py": RIGHT,
        "bob/attempt2/utils.py": HELPERS,
        "cy/ex1.py": PART,
        "cy/ex1 (1).py": RIGHT,
        "dee/ex1.py": UNTOUCHED,
        "dee/ex1 (1).py": UNTOUCHED,
    }
    files |= {f"eve/attempt{number}/ex1.py": RIGHT for number in range(1, 41)}
    with take_in(folder(tmp_path, files), [ASKING]) as intake:
        tries = Counter(each.student.key for each in intake.entries)
        assert tries == {"ann": 1, "bob": 1, "cy": 2, "dee": 2, "eve": 40}
        assert {name: reason.partition(" is graded, ")[2] for name, reason in reasons(intake).items()} == {
            "ann/ex1 (1).py": "because it defines more of what is asked for.",
            "bob/attempt2/utils.py": "because it defines more of what is asked for.",
        }


EXERCISES = {each.id: ExerciseNames(each.id, (each.folder.name,), each.folder / "stub.py") for each in read_course()}
SOLVED = {each.id: (ROOT / "reference" / each.folder.name / "solution.py").read_bytes() for each in read_course()}


def work_on(asked: str, root: Path) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """What one exercise of the course takes from a folder: the names by student, why others are out, who has none."""
    others = [each for key, each in EXERCISES.items() if key != asked]
    with take_in(root, [EXERCISES[asked]], others=others) as intake:
        taken = {each.student.key: each.name for each in intake.entries}
        return taken, reasons(intake), [each.key for each in intake.empty_handed]


@pytest.mark.parametrize(
    ("mine", "other"),
    [
        ("submitted/ann/ex1/ex1.py", "submitted/bo/ex2/ex2.py"),
        ("submitted/ann/ex1/problem.py", "submitted/bo/ex2/problem.py"),
        ("ann/ex1.py", "bo/ex2.py"),
        ("ann/mine.py", "bo/ex2_classifier/mine.py"),
        ("ann/ex1.py", "bo/ex1/ex2.py"),
        ("ann.py", "bo_ex2.py"),
        ("ann_1_11_ex1.py", "bo_2_12_ex2.py"),
        ("ex1-ann/solution.py", "ex2-bo/solution.py"),
        ("Ann_1_assignsubmission_file_/a.py", "Bo_2_assignsubmission_file_/ex2.py"),
    ],
)
def test_work_on_another_exercise_is_left_out_of_this_one(tmp_path: Path, mine: str, other: str) -> None:
    root = folder(tmp_path / "class", {mine: RIGHT, other: SOLVED["ex2"]})
    taken, why, without = work_on("ex1", root)
    assert list(taken.values()) == [mine]
    assert why.keys() == {other}
    assert why[other].endswith("is ex2's, and it defines nothing that ex1 alone asks for.")
    assert len(without) == 1


def test_which_name_is_another_exercises_is_said(tmp_path: Path) -> None:
    files = {"ann/ex1.py": RIGHT, "bo/ex2 (1).py": SOLVED["ex2"], "cy/Exercise 2/mine.py": SOLVED["ex2"]}
    _, why, _ = work_on("ex1", folder(tmp_path, files))
    assert why == {
        "bo/ex2 (1).py": "Its name, 'ex2 (1).py', is ex2's, and it defines nothing that ex1 alone asks for.",
        "cy/Exercise 2/mine.py": "The name of its folder, 'Exercise 2', is ex2's, "
        "and it defines nothing that ex1 alone asks for.",
    }


@pytest.mark.parametrize("name", ["ex2", "ex2.zip"])
def test_an_export_for_another_exercise_in_a_folder_of_exports_is_left_out(tmp_path: Path, name: str) -> None:
    first = {"ex1/Ann_1_assignsubmission_file_/a.py": RIGHT, "ex1/Bo_2_assignsubmission_file_/a.py": RIGHT}
    second = {"Ann_1_assignsubmission_file_/a.py": SOLVED["ex2"], "Cy_3_assignsubmission_file_/a.py": SOLVED["ex2"]}
    rest = {name: zip_bytes(second)} if name.endswith(".zip") else {f"{name}/{at}": each for at, each in second.items()}
    taken, why, without = work_on("ex1", folder(tmp_path / "class", {**first, **rest}))
    assert list(taken) == ["Ann", "Bo"]
    assert (without, len(why)) == (["Cy"], 2)


def test_the_name_of_the_folder_that_is_given_condemns_nothing_in_it(tmp_path: Path) -> None:
    with_a_helper = SOLVED["ex5"] + b"\ndef accuracy(model, x, y):\n    return 0\n"
    root = folder(tmp_path / "Exercise 2", {"ann.py": with_a_helper, "bo.py": SOLVED["ex2"], "cy.py": HELPERS})
    taken, why, _ = work_on("ex5", root)
    assert (list(taken), why) == (["ann", "bo", "cy"], {})


def test_all_that_is_asked_for_with_a_helper_of_another_exercises_name_is_graded(tmp_path: Path) -> None:
    with_a_helper = SOLVED["ex5"] + b"\ndef accuracy(model, x, y):\n    return 0\n"
    files = {"ann/ex2.py": with_a_helper, "bo/Exercise 2/mine.py": with_a_helper, "cy/ex2.py": SOLVED["ex2"]}
    assert list(work_on("ex5", folder(tmp_path / "class", files))[0]) == ["ann", "bo"]


@pytest.mark.parametrize("asked", ["ex1", "ex5"])
def test_what_is_defined_below_an_if_is_graded_under_another_exercises_name(tmp_path: Path, asked: str) -> None:
    lines = SOLVED[asked].decode().splitlines(keepends=True)
    below = "if True:\n" + "".join(f"    {line}" for line in lines)
    tabs = below.replace("    ", "\t")
    cells = [nbformat.v4.new_code_cell(tabs)]
    notebook = nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()
    files = {"ann/ex2.py": below.encode(), "bo/ex2.ipynb": notebook, "cy/ex2.py": SOLVED["ex2"]}
    assert list(work_on(asked, folder(tmp_path / "class", files))[0]) == ["ann", "bo"]


@pytest.mark.parametrize("asked", EXERCISES)
def test_what_a_file_defines_decides_for_which_exercise_it_is(tmp_path: Path, asked: str) -> None:
    letters = dict(zip(SOLVED, "abcdefg", strict=False))
    files = {f"all/{key}/{key}.py": solution for key, solution in SOLVED.items()}
    files |= {f"misnamed {letters[key]}/{key}.py": SOLVED[asked] for key in SOLVED}
    files |= {f"only {letters[key]}/{key}.py": solution for key, solution in SOLVED.items()}
    taken, why, without = work_on(asked, folder(tmp_path, files))
    own = letters.pop(asked)
    assert taken == {
        "all": f"all/{asked}/{asked}.py",
        f"only {own}": f"only {own}/{asked}.py",
        f"misnamed {own}": f"misnamed {own}/{asked}.py",
        **{f"misnamed {letter}": f"misnamed {letter}/{key}.py" for key, letter in letters.items()},
    }
    assert without == [f"only {letter}" for letter in letters.values()]
    assert len(why) == 2 * len(without)


def test_part_of_a_solution_under_another_exercises_name_is_graded(tmp_path: Path) -> None:
    third = SOLVED["ex3"][: SOLVED["ex3"].index(b"def save_weights")]
    assert work_on("ex1", folder(tmp_path / "one", {"ann/ex2.py": PART, "bo/ex2.py": UNTOUCHED}))[2] == []
    assert work_on("ex3", folder(tmp_path / "three", {"ann/ex2.py": third}))[2] == []
    started = EXERCISES["ex2"].stub.read_bytes().replace(b"raise NotImplementedError", b"return model", 3)
    assert work_on("ex2", folder(tmp_path / "two", {"ann/ex5.py": started}))[2] == []


def test_clones_of_several_assignments_side_by_side_are_their_accounts(tmp_path: Path) -> None:
    clones = {"ex1-ann": RIGHT, "ex1-cy": RIGHT, "ex2-ann": SOLVED["ex2"], "ex2-bo": SOLVED["ex2"], "ex2-cy": RIGHT}
    taken, why, without = work_on("ex1", folder(tmp_path, {f"{name}/work.py": work for name, work in clones.items()}))
    assert taken["ann"] == "ex1-ann/work.py"
    assert (sorted(taken), without) == (["ann", "cy"], ["bo"])
    assert "The name of its folder, 'ex2-ann', is ex2's" in why["ex2-ann/work.py"]


@pytest.mark.parametrize(
    "files",
    [
        ["Section A/ann/ex1.py", "Section A/bob/ex1.py", "Section B/cy/ex1.py"],
        ["Section A/ann.py", "Section A/bob.py", "section_02/cy.py"],
        ["hw/Tutorial 1/ann_ex1.py", "hw/Tutorial 1/bob.py", "hw/Tutorial 2/ex1/cy/mine.py"],
    ],
)
def test_folders_that_are_called_sections_are_no_students(tmp_path: Path, files: list[str]) -> None:
    with take_in(folder(tmp_path / "hw", dict.fromkeys(files, RIGHT)), [ASKING]) as intake:
        assert [each.student.key for each in intake.entries] == ["ann", "bob", "cy"]
        assert (intake.left_out, intake.notes) == ((), ())


def test_what_lies_beside_sections_is_accounted_for(tmp_path: Path) -> None:
    files = {
        "Section 1/ann.py": RIGHT,
        "Section 1/dee/.DS_Store": b"",
        "Section 2/bob/ex1.py": RIGHT,
        "Section 3/.x": b"",
    }
    (tmp_path / "c" / "Section 4").mkdir(parents=True)
    with take_in(folder(tmp_path / "c", {**files, "docs/week.txt": b"", "cy.py": RIGHT}), [ASKING]) as intake:
        assert [each.student.key for each in intake.entries] == ["ann", "bob", "cy"]
        assert set(reasons(intake)) == {"docs/week.txt", "Section 1/dee/", "Section 3/.x", "Section 4/"}


SECTIONS_PERHAPS = (
    "{} files that look like solutions were left out for another of the same student's ({}). Does each of these "
    "folders hold a section, and no one student's work? Then grade the folders one by one, with the same folder of "
    "results."
)


@pytest.mark.parametrize(
    ("files", "lost", "folders"),
    [
        (["A/ann.py", "A/bob.py", "B/cy.py", "B/dee.py"], 2, "A, B"),
        (["A/ann/ex1.py", "A/bob/ex1.py", "A/cy/ex1.py", "B/dee/ex1.py"], 2, "A"),
        (
            ["Section A/ann/ex1.py", "Section A/bob.py", "Section B/ann.py", "Section B/cy.py"],
            2,
            "Section A, Section B",
        ),
        ([f"{top}/{name}.py" for top in "ABCDE" for name in ("x", "y")], 5, "A, B, C, ..."),
    ],
)
def test_it_is_asked_whether_folders_are_sections(tmp_path: Path, files: list[str], lost: int, folders: str) -> None:
    with take_in(folder(tmp_path, dict.fromkeys(files, RIGHT)), [ASKING]) as intake:
        assert intake.shape is Shape.FOLDERS
        assert intake.notes == (SECTIONS_PERHAPS.format(lost, folders),)


def test_several_files_of_students_are_no_sections(tmp_path: Path) -> None:
    files = {
        **dict.fromkeys(
            ["ann/ex1.py", "ann/ex1.ipynb", "ann/ex1_old.py", "bob/one.py", "bob/two.py", "cy/ex1.py"], RIGHT
        ),
        **dict.fromkeys(["cy/utils.py", "cy/more.py", "bob/run.py", "ann/plot.py"], HELPERS),
        **dict.fromkeys(["dee/ex1.py", "dee/attempt2/ex1.py"], RIGHT),
    }
    with take_in(folder(tmp_path, files), [ASKING]) as intake:
        assert {each.student.key for each in intake.entries} == {"ann", "bob", "cy", "dee"}
        assert intake.notes == ()


@pytest.mark.parametrize("nobodys", ["test_ex1.py", "utils.py", "__init__.py", "ex1_stub.py", "tests/test_all.py"])
def test_tests_and_helpers_among_students_files_are_no_students(tmp_path: Path, nobodys: str) -> None:
    content = UNTOUCHED if "stub" in nobodys else TESTS
    with take_in(folder(tmp_path / "class", {"ann.py": RIGHT, "bob.py": b"", nobodys: content}), [ASKING]) as intake:
        assert [each.student.key for each in intake.entries] == ["ann", "bob"]
        assert reasons(intake) == {nobodys: "Its name is no student's, and it defines nothing that is asked for."}
        assert intake.empty_handed == ()


def test_who_is_called_test_is_a_student_where_anything_says_so(tmp_path: Path) -> None:
    root = folder(tmp_path / "class", {"ann.py": RIGHT, "test.py": PART, "old.py": b"", "utils.py": HELPERS})
    with take_in(root, [ASKING], roster=[Student(key="old", login="old")]) as intake:
        assert [each.student.key for each in intake.entries] == ["ann", "old", "test"]
        assert [each.student.key for each in intake.strangers] == ["ann", "test"]
    with take_in(folder(tmp_path / "poor", {"ann.py": b"", "test.py": b""}), [ASKING]) as intake:
        assert [each.student.key for each in intake.entries] == ["ann", "test"]


def test_without_a_stub_nothing_says_that_work_is_anothers(tmp_path: Path) -> None:
    with take_in(folder(tmp_path, {"bo/ex2.py": HELPERS}), [EX1], others=[EXERCISES["ex2"]]) as intake:
        assert [name for *_, name in entries(intake)] == ["bo/ex2.py"]


def test_a_file_that_the_grader_cannot_read_is_not_passed_over_for_the_next_best(tmp_path: Path) -> None:
    path = zip_file(tmp_path / "c.zip", {"ann/ex1.py": b"# damaged", "ann/ex1_old.py": RIGHT})
    path.write_bytes(path.read_bytes().replace(zlib.compress(b"# damaged")[2:-4], b"\xff" * 11, 1))
    with take_in(path, [ASKING]) as intake:
        assert [name for *_, name in entries(intake)] == ["ann/ex1.py"]
        with pytest.raises(GraderFault):
            intake.entries[0].source.read()


@pytest.mark.parametrize(
    "text",
    [
        b"def sum_of_cubes(x): 0\n" * 300_000,
        UNTOUCHED * 8_000,
        b'{"source":' + b" " * 8_000_000,
        b'{\\n",' + b" " * 8_000_000,
        b'{"cell_type":"code","source":["' + b'","' * 2_600_000,
        b'{"cell_type":"code","source":"' * 270_000,
        b"sum_of_cubes:" + b" " * 8_000_000,
        b"sum_of_cubes, " * 600_000,
        b"\n".join(b"x%d = 1" % at for at in range(800_000)),
        b"def " + b"\t" * 8_000_000,
        b"def sum_of_cubes" + b" " * 8_000_000,
        b"\n" * 8_000_000,
        b"\\" * 8_000_000,
    ],
    ids=[
        "definitions",
        "stubs",
        "cell",
        "lines",
        "list",
        "cells",
        "annotation",
        "names",
        "assignments",
        "tabs",
        "call",
        "empty lines",
        "backslashes",
    ],
)
def test_a_file_made_to_be_slow_to_search_is_not(tmp_path: Path, text: bytes) -> None:
    path = folder(tmp_path, {"ann/one.py": text, "ann/two.py": RIGHT})
    began = time.process_time()
    with take_in(path, [ASKING]) as intake:
        assert len(intake.entries) == 1
    assert time.process_time() - began < 5
