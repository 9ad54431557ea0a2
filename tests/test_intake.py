"""Whatever a class's work comes in, each file is somebody's submission or is listed with a reason."""

from __future__ import annotations

import shlex
import tarfile
import tempfile
import time
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from batch_support import (
    BOTH,
    EX1,
    EX2,
    EX5,
    Files,
    accounted,
    as_contents,
    entries,
    folder,
    reasons,
    zip_bytes,
    zip_file,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.batch.intake.archive import display
from grader.batch.intake.layout import Shape
from grader.batch.intake.take_in import take_in
from grader.batch.late import Lateness
from grader.batch.naming import ExerciseNames, Naming, split_try
from grader.batch.students import Student
from grader.errors import UsageFault

CANVAS: Files = (
    "studentone_12_345_ex1.py",
    "studentone_12_346_ex2-1.ipynb",
    "studenttwo_LATE_13_347_Sum of Cubes Gradient.py",
    "LATE_anon_aB3x9_349_ex1.py",
    "anon_Zz911_350_ex1.py",
    "four4_15_351_ex_01.py",
    "five_16_text.html",
    "six_17_352_report.pdf",
)


def test_canvas_export(tmp_path: Path) -> None:
    with take_in(zip_file(tmp_path / "submissions.zip", CANVAS), BOTH) as intake:
        assert intake.shape is Shape.CANVAS
        assert entries(intake) == [
            ("12", "ex1", 1, "studentone_12_345_ex1.py"),
            ("12", "ex2", 2, "studentone_12_346_ex2-1.ipynb"),
            ("13", "ex1", 1, "studenttwo_LATE_13_347_Sum of Cubes Gradient.py"),
            ("15", "ex1", 1, "four4_15_351_ex_01.py"),
            ("Zz911", "ex1", 1, "anon_Zz911_350_ex1.py"),
            ("aB3x9", "ex1", 1, "LATE_anon_aB3x9_349_ex1.py"),
        ]
        late = {each.student.key: each.late for each in intake.entries}
        assert late["12"] == Lateness(0.0)
        assert late["13"] == late["aB3x9"] == Lateness(None)
        assert intake.entries[0].student == Student(key="12", name="studentone", canvas_id="12")
        assert intake.entries[-1].student == Student(key="aB3x9", name="anonymous aB3x9")
        assert reasons(intake) == {
            "five_16_text.html": "This is text or a link entered in Canvas, not a file.",
            "six_17_352_report.pdf": "It is no Python file and no notebook.",
        }
        assert [student.key for student in intake.empty_handed] == ["16", "17"]
        assert intake.entries[0].source.read() == b"studentone_12_345_ex1.py"


def test_canvas_names_in_scripts_with_combining_marks(tmp_path: Path) -> None:
    hindi = "\u092a\u094d\u0930\u093f\u092f\u093e\u0936\u0930\u094d\u092e\u093e"
    thai = "\u0e2a\u0e38\u0e0a\u0e32\u0e15\u0e34"
    files = [f"{hindi}_200_9100_ex1.py", f"{thai}_LATE_201_9101_ex1.py", f"{thai}_202_text.html", f"{thai * 12}.txt"]
    with take_in(folder(tmp_path, files), BOTH) as intake:
        assert intake.shape is Shape.CANVAS
        assert [(each.student.key, each.student.name) for each in intake.entries] == [("200", hindi), ("201", thai)]
        assert [each.late for each in intake.entries] == [Lateness(0.0), Lateness(None)]
        assert [(each.key, each.name) for each in intake.empty_handed] == [("202", thai)]


def test_canvas_resubmissions_are_tries_at_the_same_thing_and_a_helper_is_none(tmp_path: Path) -> None:
    files = ["one_1_90_solution-1.py", "one_1_80_solution.py", "one_1_91_utils-3.py", "one_1_100_solution-1.py"]
    with take_in(folder(tmp_path, files), [EX1]) as intake:
        assert entries(intake) == [
            ("1", "ex1", 1, "one_1_80_solution.py"),
            ("1", "ex1", 2, "one_1_100_solution-1.py"),
        ]
        assert reasons(intake) == {
            "one_1_90_solution-1.py": "one handed in more than one file for ex1. "
            "one_1_100_solution-1.py is graded, because it was handed in later.",
            "one_1_91_utils-3.py": "one handed in more than one file for ex1. "
            "one_1_100_solution-1.py is graded, because the other's name says that it is no solution.",
        }


def test_two_downloads_from_canvas_unpacked_over_each_other_are_still_from_canvas(tmp_path: Path) -> None:
    files = [f"stud{number}x_{number}_9{number}_ex1.py" for number in range(101, 131)]
    doubles = ["stud101x_LATE_101_9101_ex1.py", "stud102x_102_9102_ex1 (1).py", "stud103y_103_9103_ex1.py"]
    for some in (doubles[:1], doubles):
        with take_in(folder(tmp_path / str(len(some)), [*files, *some]), [EX1]) as intake:
            assert intake.shape is Shape.CANVAS
            assert [each.student.key for each in intake.entries if each.attempt == 1] == [*map(str, range(101, 131))]
            assert intake.entries[0].late == Lateness(0.0)
            assert reasons(intake)[doubles[0]] == (
                "stud101x handed in more than one file for ex1. stud101x_101_9101_ex1.py is graded, "
                "because it is not marked late."
            )


def test_one_of_canvas_files_twice_in_a_small_class(tmp_path: Path) -> None:
    files = ["stud1x_LATE_101_901_ex1.py", "stud1x_101_901_ex1.py", "stud2x_102_902_ex1.py"]
    with take_in(folder(tmp_path, files), [EX1]) as intake:
        assert intake.shape is Shape.CANVAS
        assert [each.student.key for each in intake.entries] == ["101", "102"]


@pytest.mark.parametrize(
    "files",
    [
        ["ann_2026_11_ex1.py", "bob_2026_11_ex1.py"],
        ["ann_2026_11_ex1.py", "bob_2026_12_ex1.py"],
        ["2026_11_ann_ex1.py", "2026_12_bob_ex1.py"],
        ["ann/1_2_ex1.py", "bob/1_2_ex1.py"],
        ["ex1-submissions/ex1-ann.py", "ex1-submissions/ex1-bob.py"],
    ],
)
def test_what_only_resembles_a_platforms_names_is_taken_for_none(tmp_path: Path, files: list[str]) -> None:
    with take_in(zip_file(tmp_path / "class.zip", files), BOTH) as intake:
        assert intake.shape in (Shape.FILES, Shape.FOLDERS)
        assert len({each.student.key for each in intake.entries}) == 2


def test_moodle_export_in_folders_and_flat(tmp_path: Path) -> None:
    files = (
        "Student One_101_assignsubmission_file_/ex1.py",
        "Student_Two_102_assignsubmission_file/ex1/solution.py",
        "Student Three_103_assignsubmission_onlinetext_/onlinetext.html",
        "Student Four_104_assignsubmission_file_ex2.ipynb",
        "readme.txt",
    )
    with take_in(zip_file(tmp_path / "m.zip", files), BOTH) as intake:
        assert intake.shape is Shape.MOODLE
        assert entries(intake) == [
            ("Student Four", "ex2", 1, files[3]),
            ("Student One", "ex1", 1, files[0]),
            ("Student_Two", "ex1", 1, files[1]),
        ]
        assert intake.entries[1].student == Student(key="Student One", name="Student One", moodle_id="101")
        assert reasons(intake) == {
            files[2]: "This was entered in Moodle (onlinetext), not handed in as a file.",
            files[4]: "Its folder is not named as Moodle names a submission's.",
        }


def test_moodle_students_of_one_name_are_told_apart_by_number(tmp_path: Path) -> None:
    files = [f"{name}_assignsubmission_file_/ex1.py" for name in ("Participant_1", "Participant_2", "Ada Example_3")]
    with take_in(zip_file(tmp_path / "m.zip", files), BOTH) as intake:
        assert [each.student.key for each in intake.entries] == ["Ada Example", "Participant 1", "Participant 2"]


def test_a_folder_with_an_export_for_each_exercise(tmp_path: Path) -> None:
    first = ["Ada Example_101_assignsubmission_file_/solution.py", "Bo Sample_102_assignsubmission_file_/mine.py"]
    second = ["Bo Sample_101_assignsubmission_file_/solution.py", "x/Ada Example_102_assignsubmission_file_/mine.py"]
    for path in (
        folder(
            tmp_path / "as_folders",
            [f"{ex}/{name}" for ex, names in (("ex1", first), ("ex2", second[:1])) for name in names],
        ),
        folder(
            tmp_path / "as_archives",
            {"Exercise 1.zip": zip_bytes(first), "ex2.zip": zip_bytes(second[:1]), "a.txt": b""},
        ),
    ):
        with take_in(path, BOTH) as intake:
            assert intake.shape is Shape.MOODLE
            assert [(each.student.key, each.exercise, each.student.moodle_id) for each in intake.entries] == [
                ("Ada Example", "ex1", "101"),
                ("Bo Sample", "ex1", "102"),
                ("Bo Sample", "ex2", "101"),
            ]
            assert [each.name for each in intake.left_out] == (["a.txt"] if path.name == "as_archives" else [])


def test_a_gradescope_export_for_each_exercise(tmp_path: Path) -> None:
    files = {
        f"{name}/{path}": content
        for name in ("ex1", "ex2")
        for path, content in (("submission_metadata.yml", METADATA), ("submission_1/mine.py", b"x"))
    }
    with take_in(folder(tmp_path, {**files, "loose.py": b""}), BOTH) as intake:
        assert [each[:2] for each in entries(intake)] == [
            ("0100", "ex1"),
            ("0100", "ex2"),
            ("0101", "ex1"),
            ("0101", "ex2"),
        ]
        assert reasons(intake)["loose.py"] == "It lies beside the submissions' folders, not in one."


def test_exports_of_two_platforms_are_not_taken_for_one(tmp_path: Path) -> None:
    files = ["ex1/one_12_345_a.py", "ex2/Ada Example_101_assignsubmission_file_/a.py"]
    with take_in(folder(tmp_path, files), BOTH) as intake:
        assert intake.shape is Shape.FILES or intake.shape is Shape.FOLDERS
        assert sum(accounted(intake).values()) == 2


METADATA = b"""
submission_1:
  :submitters:
  - :name: Student One
    :sid: '0100'
    :email: one@example.edu
  - :name: Student Two
    :sid: 0101
  :created_at: 2026-02-03 02:00:00.000000000 -08:00
  :history:
  - :score: 1.0
    :created_at: 2026-02-01 10:00:00.000000000 Z
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    output: '::error::'
submission_2:
  :submitters: []
  :created_at: yesterday
submission_4:
  :submitters: &one
  - :name: Student Four
    :sid: ~
    :email: four@example.edu
  - nonsense
  - :name: ''
  :created_at: yesterday
submission_3: nonsense
"""


def gradescope(tmp_path: Path, metadata: bytes) -> Path:
    names = ("submission_1/ex1.py", "submission_2/ex1.py", "submission_3/ex1.py", "submission_4/ex1.py", "loose.py")
    files = {f"assignment_9_export/{name}": b"x" for name in names}
    return zip_file(tmp_path / "g.zip", {"assignment_9_export/submission_metadata.yml": metadata, **files})


def test_gradescope_export_gives_a_groups_file_to_each_of_the_group(tmp_path: Path) -> None:
    due = datetime(2026, 2, 3, 9, tzinfo=UTC)
    with take_in(gradescope(tmp_path, METADATA), BOTH, due=due) as intake:
        assert intake.shape is Shape.GRADESCOPE
        name = "assignment_9_export/submission_1/ex1.py"
        four = "assignment_9_export/submission_4/ex1.py"
        assert entries(intake) == [
            ("0100", "ex1", 2, name),
            ("0101", "ex1", 2, name),
            ("four@example.edu", "ex1", 1, four),
        ]
        assert (intake.entries[2].submitted_at, intake.entries[2].late) == (None, None)
        assert intake.entries[0].student == Student(key="0100", name="Student One", sid="0100", email="one@example.edu")
        assert intake.entries[0].submitted_at == datetime(2026, 2, 3, 10, tzinfo=UTC)
        assert intake.entries[0].late == Lateness(3600.0)
        assert set(reasons(intake).values()) == {
            "Its folder is not in submission_metadata.yml.",
            "submission_metadata.yml names nobody who handed in its folder.",
            "It lies beside the submissions' folders, not in one.",
        }
        assert intake.system_files == (("submission_metadata.yml", 1),)


def test_whom_gradescope_lists_without_a_file_is_shown(tmp_path: Path) -> None:
    metadata = METADATA + b"submission_5:\n  :submitters:\n  - :name: Student One\n    :sid: '0100'\n"
    files = {"submission_metadata.yml": metadata, "submission_1/ex1.py": b"x"}
    with take_in(folder(tmp_path / "g", files), BOTH) as intake:
        assert [each[0] for each in entries(intake)] == ["0100", "0101"]
        assert [each.name for each in intake.empty_handed] == ["Student Four"]
        assert reasons(intake) == {
            "submission_4": "Student Four handed it in, as submission_metadata.yml has it, and there is no file of it.",
            "submission_5": "Student One handed it in, as submission_metadata.yml has it, and there is no file of it.",
        }


def test_a_deadline_needs_a_time_zone(tmp_path: Path) -> None:
    due = datetime(2026, 2, 3)
    with pytest.raises(UsageFault, match="no time zone"), take_in(tmp_path, BOTH, due=due):
        pass


@pytest.mark.parametrize(
    "metadata",
    [b"{", b"- a list", b"", b"\xff\xfe", b"[" * 1_000_000],
)
def test_gradescope_metadata_that_is_none_is_refused_in_a_sentence(tmp_path: Path, metadata: bytes) -> None:
    with (
        pytest.raises(UsageFault, match=r"submission_metadata.yml (is no valid YAML|does not list)"),
        take_in(gradescope(tmp_path, metadata), BOTH),
    ):
        pass


def test_gradescope_metadata_is_data_whatever_its_tags_say(tmp_path: Path) -> None:
    metadata = b"submission_1: !!python/object/apply:os.mkdir ['%s']" % str(tmp_path / "made").encode()
    with take_in(gradescope(tmp_path, metadata), BOTH) as intake:
        assert intake.entries == ()
    assert not (tmp_path / "made").exists()


def test_gradescope_metadata_of_aliases_does_not_grow(tmp_path: Path) -> None:
    laughs = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    laughs += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    with take_in(gradescope(tmp_path, "\n".join(laughs).encode()), BOTH) as intake:
        assert intake.entries == ()


@pytest.mark.parametrize("name", ["work.rar", "work.7z", "WORK.RAR"])
def test_an_archive_that_cannot_be_opened_is_called_one(tmp_path: Path, name: str) -> None:
    with take_in(folder(tmp_path, [f"ann/{name}", "bob/ex1.py"]), [EX1]) as intake:
        assert [student.key for student in intake.empty_handed] == ["ann"]
        assert reasons(intake) == {
            f"ann/{name}": "It is an archive of a kind that cannot be opened here. "
            "Ask for a .zip, or unpack it there and grade again."
        }


@pytest.mark.parametrize("name", ["ex1.py", "my work.ipynb"])
def test_one_submission_is_no_class_and_the_command_for_it_is_named(tmp_path: Path, name: str) -> None:
    path = folder(tmp_path, [name]) / name
    with pytest.raises(UsageFault) as refused, take_in(path, [EX1]):
        pass
    assert refused.value.message == (
        f"{name} is one submission, and a batch takes a folder or an archive with a class's."
    )
    assert refused.value.hint == "Grade it alone with: " + shlex.join(["grade", "ex1", str(path)])


def test_a_shape_that_does_not_fit_is_refused_or_leaves_files_out(tmp_path: Path) -> None:
    path = folder(tmp_path, ["ann/ex1.py"])
    with pytest.raises(UsageFault, match="there is none"), take_in(path, BOTH, shape=Shape.GRADESCOPE):
        pass
    for shape in (Shape.CANVAS, Shape.MOODLE, Shape.NBGRADER):
        with take_in(path, BOTH, shape=shape) as intake:
            assert intake.shape is shape
            assert intake.entries == ()
            assert list(reasons(intake)) == ["ann/ex1.py"]


@pytest.mark.parametrize("prefix", ["", "submitted/", "course/submitted/"])
def test_nbgrader_tree(tmp_path: Path, prefix: str) -> None:
    root = tmp_path / ("course" if prefix else "submitted")
    files = {
        f"{prefix}ann/ex1/problem.ipynb": b"{}",
        f"{prefix}ann/ex1/timestamp.txt": b"2026-02-02 15:58:23.948203 UTC",
        f"{prefix}bob/ex2/problem.ipynb": b"{}",
        f"{prefix}bob/ex2/timestamp.txt": b"2026-02-02 15:58:23 Mars/Olympus",
        f"{prefix}bob/lost.ipynb": b"{}",
    }
    with take_in(folder(root, files), BOTH) as intake:
        assert intake.shape is Shape.NBGRADER
        assert [each[:3] for each in entries(intake)] == [("ann", "ex1", 1), ("bob", "ex2", 1)]
        assert intake.entries[0].submitted_at == datetime(2026, 2, 2, 15, 58, 23, 948203, UTC)
        assert intake.entries[1].submitted_at is None
        assert reasons(intake) == {f"{prefix}bob/lost.ipynb": "It does not lie in submitted/STUDENT/ASSIGNMENT/."}
        assert intake.system_files == (("timestamp.txt", 2),)


def test_an_nbgrader_course_is_taken_from_submitted_alone(tmp_path: Path) -> None:
    path = folder(tmp_path, ["submitted/ann/ex1/ex1.ipynb", "source/ex1/ex1.ipynb", "release/ex1/ex1.ipynb"])
    with take_in(path, BOTH) as intake:
        assert entries(intake) == [("ann", "ex1", 1, "submitted/ann/ex1/ex1.ipynb")]
        assert len(intake.left_out) == 2


@pytest.mark.skipif("Europe/Berlin" not in available_timezones(), reason="this system has no time zones")
def test_nbgrader_time_stamps_in_a_zones_own_time(tmp_path: Path) -> None:
    files = {"submitted/ann/ex1/a.py": b"", "submitted/ann/ex1/timestamp.txt": b"2026-02-02 12:00:00 Europe/Berlin\n"}
    with take_in(folder(tmp_path, files), BOTH) as intake:
        assert intake.entries[0].submitted_at == datetime(2026, 2, 2, 11, tzinfo=UTC)


@pytest.mark.parametrize("wrapper", ["", "ex1-submissions/"])
def test_classroom_clones(tmp_path: Path, wrapper: str) -> None:
    files = ["ex1-ann/solution.py", "ex1-ann/.git/HEAD", "ex1-b-ob/solution.py", "ex1-b-ob/.github/workflows/c.yml"]
    files.append("ex1-ann/.grade.json")  # of `grade classroom init`, in every student's copy
    path = zip_file(tmp_path / "ex1-submissions.zip", [wrapper + name for name in files])
    with take_in(path, BOTH) as intake:
        assert intake.shape is Shape.CLASSROOM
        assert entries(intake) == [
            ("ann", "ex1", 1, f"{wrapper}ex1-ann/solution.py"),
            ("b-ob", "ex1", 1, f"{wrapper}ex1-b-ob/solution.py"),
        ]
        assert intake.entries[0].student.github == "ann"
        assert intake.system_files == ((".git", 1), (".github", 1), (".grade.json", 1))


@pytest.mark.parametrize(
    ("files", "accounts"),
    [
        (["lab-ann/a.py", "lab-adam/a.py", "README.md"], ["adam", "ann"]),
        (["ex1-sum-of-cubes-ann-lee/a.py"], ["ann-lee"]),
        (["lab-ann-lee/a.py"], ["ann-lee"]),
    ],
)
def test_clones_without_their_folder_have_an_assignment_name_in_common(
    tmp_path: Path, files: list[str], accounts: list[str]
) -> None:
    slug = ExerciseNames("ex1", ("ex1_sum_of_cubes",))
    with take_in(folder(tmp_path, files), [slug], shape=Shape.CLASSROOM) as intake:
        assert [each.student.key for each in intake.entries] == accounts


def test_a_folder_for_each_student(tmp_path: Path) -> None:
    files = [
        "hw/ann/ex1.py",
        "hw/ann/ex1.ipynb",
        "hw/ann/deep/ex2.py",
        "hw/ann/ex2_v2/notes.txt",
        "hw/bob/attempt2/ex1.py",
        "hw/bob/attempt1/my ex 1.py",
        "hw/bob/attempt3/ex2.py",
        "hw/bob/ex2.py",
        "hw/carol/ex1_and_ex2.py",
        "hw/dan/helper.py",
        "hw/README.py",
        "hw/eve/.hidden_ex1.py",
    ]
    with take_in(zip_file(tmp_path / "c.zip", files), BOTH) as intake:
        assert intake.shape is Shape.FOLDERS
        assert entries(intake) == [
            ("ann", "ex1", 1, "hw/ann/ex1.py"),
            ("ann", "ex2", 1, "hw/ann/deep/ex2.py"),
            ("bob", "ex1", 1, "hw/bob/attempt1/my ex 1.py"),
            ("bob", "ex1", 2, "hw/bob/attempt2/ex1.py"),
            ("bob", "ex2", 1, "hw/bob/ex2.py"),
            ("bob", "ex2", 3, "hw/bob/attempt3/ex2.py"),
        ]
        assert reasons(intake) == {
            "hw/ann/ex1.ipynb": "ann handed in more than one file for ex1. "
            "hw/ann/ex1.py is graded, because a .py file comes before a notebook.",
            "hw/ann/ex2_v2/notes.txt": "It is no Python file and no notebook.",
            "hw/carol/ex1_and_ex2.py": "Its name fits several exercises: ex1, ex2.",
            "hw/dan/helper.py": "Neither its name nor its folder's says for which exercise it is: ex1, ex2.",
            "hw/README.py": "It lies beside the students' folders, not in one.",
            "hw/eve/.hidden_ex1.py": "It is a hidden file.",
        }
        assert [student.key for student in intake.empty_handed] == ["carol", "dan", "eve"]


def test_one_exercise_takes_every_file_and_prefers_what_its_name_says(tmp_path: Path) -> None:
    files = ["ann/helper.py", "ann/ex1.ipynb", "bob/a.py", "bob/solution.py", "carol/x/a.py", "carol/b.py"]
    with take_in(folder(tmp_path, files), [EX1]) as intake:
        assert [name for *_, name in entries(intake)] == ["ann/ex1.ipynb", "bob/solution.py", "carol/b.py"]
        assert [each.reason.partition(" is graded, ")[2] for each in intake.left_out] == [
            "because the other's name says that it is no solution.",
            "because of its name.",
            "because it lies higher up.",
        ]


def test_a_file_for_each_student(tmp_path: Path) -> None:
    files = [
        "ann_ex1.py",
        "ann_ex1 (1).py",
        "ex2-bob.ipynb",
        "bob.py",
        "J\u00f6rg Ex01.py",
        "J\u00f6rg_ex2_attempt3.py",
    ]
    with take_in(folder(tmp_path, files), BOTH) as intake:
        assert intake.shape is Shape.FILES
        assert entries(intake) == [
            ("J\u00f6rg", "ex1", 1, "J\u00f6rg Ex01.py"),
            ("J\u00f6rg", "ex2", 3, "J\u00f6rg_ex2_attempt3.py"),
            ("ann", "ex1", 1, "ann_ex1.py"),
            ("ann", "ex1", 2, "ann_ex1 (1).py"),
            ("bob", "ex2", 1, "ex2-bob.ipynb"),
        ]
        assert list(reasons(intake)) == ["bob.py"]


def test_what_people_add_to_their_files_names_is_no_part_of_theirs(tmp_path: Path) -> None:
    files = ["ann_ex1_final.py", "ex2 - ann - solution.py", "bob_final_submission_ex1.py"]
    with take_in(folder(tmp_path, files), BOTH) as intake:
        assert [each[:2] for each in entries(intake)] == [("ann", "ex1"), ("ann", "ex2"), ("bob", "ex1")]


def test_a_name_that_had_to_be_made_inert_is_still_a_submission(tmp_path: Path) -> None:
    with take_in(zip_file(tmp_path / "c.zip", {"a\x1b[2Jnn/ex1.py": b"mine"}), BOTH) as intake:
        assert entries(intake) == [("a\\x1b[2Jnn", "ex1", 1, "a\\x1b[2Jnn/ex1.py")]
        assert intake.entries[0].source.read() == b"mine"


def test_whose_only_file_cannot_be_opened_is_empty_handed(tmp_path: Path) -> None:
    with take_in(
        zip_file(tmp_path / "c.zip", {"ann/work.zip": b"no", "bob/ex1.py": b"", "../x.py": b""}), BOTH
    ) as intake:
        assert [student.key for student in intake.empty_handed] == ["ann"]
        assert reasons(intake) == {
            "../x.py": "Not read: its path leads out of the archive.",
            "ann/work.zip": "This archive was not opened: ann/work.zip is no zip and no tar archive.",
        }


def test_a_folder_for_each_exercise(tmp_path: Path) -> None:
    files = ["ex1/ann.py", "ex2_classifier/ann.py", "ex1/bob/main.py", "ex2-submissions/ex2-bob/main.py"]
    with take_in(zip_file(tmp_path / "all.zip", files), BOTH) as intake:
        assert [each[:2] for each in entries(intake)] == [
            ("ann", "ex1"),
            ("ann", "ex2"),
            ("bob", "ex1"),
            ("bob", "ex2"),
        ]
        assert intake.left_out == ()


def test_files_named_after_exercises_alone_are_the_folder_owners(tmp_path: Path) -> None:
    with take_in(folder(tmp_path / "ann", ["ex1.py", "ex2.py"]), BOTH) as intake:
        assert [each[:2] for each in entries(intake)] == [("ann", "ex1"), ("ann", "ex2")]


@pytest.mark.parametrize(
    ("files", "students"),
    [
        (["class7/ann.py", "class7/bob.py"], ["ann", "bob"]),
        (["submissions/ann.py"], ["ann"]),
        (["a/ann/x.py", "a/bob/x.py"], ["ann", "bob"]),
        (["ann/x.py"], ["ann"]),
        (["ann/src/x.py", "ann/y.py"], ["ann"]),
        (["ex1/ann/x.py"], ["ann"]),
    ],
)
def test_a_folder_around_the_class_is_no_student(tmp_path: Path, files: list[str], students: list[str]) -> None:
    with take_in(zip_file(tmp_path / "class7.zip", files), [EX1]) as intake:
        assert [each.student.key for each in intake.entries] == students


def test_a_shape_can_be_named(tmp_path: Path) -> None:
    path = folder(tmp_path, ["ann/x.py", "ann/y.py"])
    with take_in(path, [EX1], shape=Shape.FILES) as intake:
        assert [each.student.key for each in intake.entries] == ["x", "y"]


def test_one_students_name_composed_and_decomposed_is_one_student(tmp_path: Path) -> None:
    files = {"J\u00f6rg/ex1.py": b"1", "Jo\u0308rg/ex2.py": b"2"}
    with take_in(zip_file(tmp_path / "c.zip", files), BOTH) as intake:
        assert {each.student.key for each in intake.entries} == {"J\u00f6rg"}


def test_students_whom_only_an_underscore_tells_apart_are_two(tmp_path: Path) -> None:
    files = ["_anna/ex1.py", "anna/ex1.py", "-anna/ex1.py", "anna_/ex1.py", "_anna_ex1/ex2.py", "ex1_anna/ex2.py"]
    with take_in(folder(tmp_path, files), BOTH) as intake:
        assert [each[:2] for each in entries(intake)] == [
            ("-anna", "ex1"),
            ("_anna", "ex1"),
            ("_anna", "ex2"),
            ("anna", "ex1"),
            ("anna", "ex2"),
            ("anna_", "ex1"),
        ]
        assert intake.left_out == ()


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("ada_ex2", "ada"),
        ("ex2 - ada", "ada"),
        ("_ex2_ada", "ada"),
        ("ada_ex2_.py", "ada_.py"),
        ("ada_ex2_", "ada"),
        ("_ada_", "_ada_"),
        ("_ex2_", ""),
        ("ada-ex1-and-ex2", "ada-and"),
    ],
)
def test_what_glued_an_exercise_on_goes_with_it(name: str, rest: str) -> None:
    assert Naming(BOTH).without_names(name) == rest


def test_an_exercise_that_nobody_asked_for_takes_no_students_name(tmp_path: Path) -> None:
    adam = ExerciseNames("adam", ("adam_optimizer", "Adam"))
    files = ["Adam Smith/ex1.py", "Adam/ex1.py", "adam_optimizer_bo/ex1.py", "ex2_cy/ex1.py"]
    with take_in(folder(tmp_path, files), [EX1], others=[adam, EX2]) as intake:
        assert [each.student.key for each in intake.entries] == ["Adam", "Adam Smith", "bo", "cy"]
        assert intake.left_out == ()


def test_a_name_without_an_exercise_is_not_held_against_each_of_a_long_course() -> None:
    naming = Naming([ExerciseNames(f"ex{at}", (f"ex{at}_the_{at}_task",)) for at in range(300)])
    started = time.process_time()
    assert [naming.without_names(f"student{at} name{at}") for at in range(2000)][-1] == "student1999 name1999"
    assert time.process_time() - started < 1  # it was 5 s


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_in_an_archive_are_two_that_are_left_out(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        for name in ("ann/ex1.py", "bob/ex1.py", "ann/a.txt", "ann/a.txt"):
            archive.writestr(name, b"x")
    with take_in(tmp_path / "c.zip", [EX1]) as intake:
        assert accounted(intake)["ann/a.txt"] + accounted(intake)["ann/a.txt (2)"] == 2


def test_students_whom_only_case_tells_apart_are_two_and_it_is_said(tmp_path: Path) -> None:
    with take_in(zip_file(tmp_path / "c.zip", ["Ann/ex1.py", "ann/ex1.py", "bob/ex1.py"]), BOTH) as intake:
        assert len(intake.entries) == 3
        assert intake.notes == ("Ann and ann differ in upper and lower case alone; they are graded as two students.",)


def test_system_files_are_counted_by_kind(tmp_path: Path) -> None:
    files = ["ann/ex1.py", "ann/.DS_Store", "__MACOSX/ann/._ex1.py", "ann/.ipynb_checkpoints/ex1-checkpoint.ipynb",
             "ann/__pycache__/ex1.cpython-311.pyc", "ann/Thumbs.db", "ann/.git/objects/aa/bb", "._x.py",
             "ann/x.pyc"]  # fmt: skip
    with take_in(zip_file(tmp_path / "c.zip", files), BOTH) as intake:
        assert len(intake.entries) == 1
        assert intake.left_out == ()
        assert dict(intake.system_files) == {
            "*.pyc": 1, "._*": 1, ".DS_Store": 1, ".git": 1, ".ipynb_checkpoints": 1,
            "Thumbs.db": 1, "__MACOSX": 1, "__pycache__": 1,
        }  # fmt: skip


BARE = {
    "ada/ex1.py": b"",
    "ada/data/.DS_Store": b"",
    "al/ex1.py": b"",
    "bo/.DS_Store": b"",
    "bo/sub/Thumbs.db": b"",
    "cy/.ipynb_checkpoints/ex1-checkpoint.py": b"",
    "dee/": b"",
    "eve/work/": b"",
    "fay.zip": zip_bytes({"__MACOSX/._ex1.py": b"", ".DS_Store": b""}),
    "__MACOSX/ada/._ex1.py": b"",
    "__MACOSX/gone/": b"",
    ".git/refs/": b"",
    ".cache/": b"",
}
EMPTY_HANDED = {
    "bo/": "This folder holds nothing but .DS_Store, Thumbs.db.",
    "cy/": "This folder holds nothing but .ipynb_checkpoints.",
    "dee/": "This folder holds nothing.",
    "eve/": "This folder holds nothing.",
    "fay.zip/": "This folder holds nothing but .DS_Store, __MACOSX.",
}


def in_folder(root: Path, files: dict[str, bytes]) -> Path:
    for name in files:
        if name.endswith("/"):
            (root / name).mkdir(parents=True)
    return folder(root, {name: data for name, data in files.items() if not name.endswith("/")})


def in_tar(root: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(root.with_suffix(".tar"), "w") as archive:
        archive.add(in_folder(root, files), ".")
    return root.with_suffix(".tar")


@pytest.mark.parametrize("wrapper", ["", "class/", "homework/ex1/"])
@pytest.mark.parametrize(
    "pack",
    [in_folder, in_tar, lambda root, files: zip_file(root.with_suffix(".zip"), files)],
    ids=["dir", "tar", "zip"],
)
def test_whose_folder_holds_nothing_visible_is_empty_handed(
    tmp_path: Path, wrapper: str, pack: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    path = pack(tmp_path / "class", {wrapper + name: data for name, data in BARE.items()})
    with take_in(path, BOTH) as intake:
        assert intake.shape is Shape.FOLDERS
        assert [name for *_, name in entries(intake)] == [f"{wrapper}ada/ex1.py", f"{wrapper}al/ex1.py"]
        assert reasons(intake) == {wrapper + name: reason for name, reason in EMPTY_HANDED.items()}
        assert [student.key for student in intake.empty_handed] == ["bo", "cy", "dee", "eve", "fay"]


@pytest.mark.parametrize(
    ("files", "name"),
    [
        (["Ann A_1_assignsubmission_file/ex1.py", "Bo B_2_assignsubmission_file/"], "Bo B"),
        (["ex1-submissions/ex1-ann/ex1.py", "ex1-submissions/ex1-bo/.git/HEAD"], "bo"),
        (["ann_1_2_ex1.py", "bo_2_3_work.zip/"], "2"),
        (["submitted/ann/ex1/ex1.py", "submitted/bo/"], "bo"),
        (["submitted/ann/ex1/ex1.py", "submitted/bo/ex1/"], "bo"),
        (["submitted/ann/ex1/ex1.py", "submitted/bo/ex1/timestamp.txt"], "bo"),
        (["ann.py", "cy/ex1.py", "bo/"], "bo"),
    ],
)
def test_who_handed_in_an_empty_folder_is_found_in_every_shape(tmp_path: Path, files: list[str], name: str) -> None:
    with take_in(in_folder(tmp_path / "x", dict.fromkeys(files, b"")), [EX1]) as intake:
        assert [student.key for student in intake.empty_handed] == [name]


def test_an_empty_folder_beside_students_files_is_listed_and_no_student(tmp_path: Path) -> None:
    with take_in(in_folder(tmp_path / "x", {"ann.py": b"", "bo.py": b"", "data/": b""}), [EX1]) as intake:
        assert [each.student.key for each in intake.entries] == ["ann", "bo"]
        assert intake.empty_handed == ()
        assert reasons(intake) == {"data/": "This folder holds nothing."}


@pytest.mark.parametrize(
    "files",
    [
        ["ada/a/x.py", "ada/b/x.py", "bob/"],
        ["export/Ann A_1_assignsubmission_file/ex1.py", "bob/"],
        ["Section A/ada.py", "Section B/bo.py", "bob/"],
    ],
)
def test_an_empty_folder_beside_all_that_there_is_is_listed(tmp_path: Path, files: list[str]) -> None:
    with take_in(in_folder(tmp_path / "x", dict.fromkeys(files, b"")), [EX1]) as intake:
        assert reasons(intake) == {files[-1]: "This folder holds nothing."}


def test_a_student_called_venv_is_graded_and_an_environment_is_not(tmp_path: Path) -> None:
    real = ["pyvenv.cfg", "bin/activate_this.py", "lib/python3.11/site-packages/torch/__init__.py"]
    files = ["ada/ex1.py", "venv/ex1.py", *(f"bo/venv/{name}" for name in real), "bo/ex1.py"]
    with take_in(folder(tmp_path / "one", files), [EX1]) as intake:
        assert [name for *_, name in entries(intake)] == ["ada/ex1.py", "bo/ex1.py", "venv/ex1.py"]
        assert intake.left_out == ()
    with take_in(folder(tmp_path / "two", ["ada/ex1.py", *(f"venv/{name}" for name in real)]), [EX1]) as intake:
        assert entries(intake) == [("ada", "ex1", 1, "ada/ex1.py")]
        assert intake.left_out == ()
        assert dict(intake.system_files) == {"venv": 2, "site-packages": 1}


@pytest.mark.parametrize("where", ["results/", "bo/old/r/", ""])
@pytest.mark.parametrize("pack", [in_folder, in_tar])
def test_results_within_the_input_are_passed_over(
    tmp_path: Path, where: str, pack: Callable[[Path, dict[str, bytes]], Path]
) -> None:
    written = ["grades.db", "gradebook.csv", "index.html", ".lock", "reports/ada/ex1.html", "similar/pair-001.html"]
    files = dict.fromkeys(["ada/ex1.py", "bo/ex1.py", *(where + name for name in written)], b"")
    with take_in(pack(tmp_path / "class", {**files, f"{where}reports/cy/": b""}), [EX1]) as intake:
        assert [each.student.key for each in intake.entries] == ["ada", "bo"]
        assert (intake.left_out, intake.empty_handed) == ((), ())
        assert dict(intake.system_files) == {"results": 6}


def test_a_student_who_graded_in_the_own_folder_loses_nothing(tmp_path: Path) -> None:
    files = [
        "ada/ex1.py",
        "ada/grades.db",
        "ada/index.html",
        "bo/reports/ex1.py",
        "bo/grades.db",
        "cy/results/grades.db",
    ]
    with take_in(folder(tmp_path, [*files, "cy/ex1.py"]), [EX1]) as intake:
        assert [name for *_, name in entries(intake)] == ["ada/ex1.py", "bo/reports/ex1.py", "cy/ex1.py"]


ROSTER = (
    Student(key="s1", name="Ada Example", sid="s1", canvas_id="12", email="ada@example.edu"),
    Student(key="s2", name="Example, B\u00e9a", sid="s2", login="bea"),
    Student(key="s3", name="Chris Sample", sid="s3"),
    Student(key="s4", name="Sample, Chris", sid="s4"),
    Student(key="s5", name="Dee Absent", sid="s5"),
)


def test_a_roster_says_who_is_who_and_who_is_missing(tmp_path: Path) -> None:
    files = ["exampleada_12_1_ex1.py", "examplebea_14_2_ex1.py", "samplechris_15_3_ex1.py", "nobody_16_4_ex1.py"]
    with take_in(folder(tmp_path, files), BOTH, roster=ROSTER) as intake:
        assert [each.student.key for each in intake.entries] == ["15", "16", "s1", "s2"]
        assert intake.entries[2].student == ROSTER[0]
        assert intake.entries[3].student.canvas_id == "14"
        assert [student.key for student in intake.missing] == ["s3", "s4", "s5"]
        assert [each.reason for each in intake.strangers] == [
            "Several in the roster fit samplechris: Chris Sample (s3), Sample, Chris (s4).",
            "Nobody in the roster fits nobody.",
        ]


def test_two_names_of_one_student_in_the_roster_are_one_student(tmp_path: Path) -> None:
    with take_in(folder(tmp_path, ["bea/ex1.py", "Bea Example/ex2.py"]), BOTH, roster=ROSTER) as intake:
        assert [each[:2] for each in entries(intake)] == [("s2", "ex1"), ("s2", "ex2")]


def test_the_order_of_the_input_does_not_matter(tmp_path: Path) -> None:
    names = [f"{who}/{what}" for who in ("ann", "bob") for what in ("ex1.py", "x/ex1.py", "ex2.py", "a.txt")]
    one = zip_file(tmp_path / "one.zip", names)
    other = zip_file(tmp_path / "two.zip", names[::-1])
    with take_in(one, BOTH) as first, take_in(other, BOTH) as second:
        assert entries(first) == entries(second)
        assert first.left_out == second.left_out


PART = st.sampled_from(
    ["ann", "Ann", "bob", "ex1", "ex2", "ex1-submissions", "submitted", "submissions", "attempt2", "a\x1b (1)", ".git",
     ".x", "J\u00f6rg", "Jo\u0308rg", "a_1_2_ex1", "a_LATE_1_3_ex1-1", "A B_7_assignsubmission_file_", "__MACOSX",
     "solution", "Section A", "section_2", "venv", "results", "grades", "utils"]
)  # fmt: skip
NAME = st.tuples(PART, st.sampled_from([".py", ".ipynb", ".PY", ".txt", "", ".pyc", ".db"])).map("".join)
PATH = st.tuples(st.lists(PART, max_size=4), NAME).map(lambda pair: "/".join([*pair[0], pair[1]]))
PATHS = st.lists(PATH, max_size=12, unique=True)


@settings(max_examples=400)
@given(PATHS, st.sampled_from([None, *set(Shape) - {Shape.GRADESCOPE}]), st.sampled_from([BOTH, (EX1,)]))
def test_every_file_is_an_entry_or_left_out_exactly_once(
    paths: list[str], shape: Shape | None, exercises: tuple[ExerciseNames, ...]
) -> None:
    nested = zip_bytes({f"in/{path}": b"" for path in paths})
    with tempfile.TemporaryDirectory() as root:
        path = zip_file(Path(root) / "class.zip", {**as_contents(paths), "packed.zip": nested})
        with take_in(path, exercises, shape=shape) as intake:
            found = Counter({name: times for name, times in accounted(intake).items() if not name.endswith("/")})
            keys = [(each.student.key, each.exercise, each.attempt) for each in intake.entries]
            for each in intake.entries:
                assert display(each.source.read().decode()) in (each.name, "")
    expected = Counter(display(path) for path in (*paths, *(f"packed.zip/in/{path}" for path in paths)))
    if not paths:
        expected["packed.zip"] += 1
    assert found <= expected
    assert (expected - found).total() == sum(count for _, count in intake.system_files)
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("ex1.py", ("ex1",)),
        ("Ex_01-final.ipynb", ("ex1",)),
        ("exercise 2", ("ex2",)),
        ("sum of cubes gradient", ("ex1",)),
        ("alex1.py", ()),
        ("ex12.py", ()),
        ("ex1_ex2", ("ex1", "ex2")),
        ("4-32-16-1 Classifier", ("ex2",)),
        ("missing_zero_grad.py", ("ex5",)),
        ("ann - Missing zero-grad.ipynb", ("ex5",)),
        ("ex2_missing_zero_grad.py", ("ex2",)),
        ("zero_grad.py", ()),
        ("classifier.py", ()),
    ],
)
def test_exercises_are_found_in_names(name: str, ids: tuple[str, ...]) -> None:
    assert Naming((*BOTH, EX5)).ids_in(name) == ids


def test_a_file_named_after_the_words_of_the_exercises_folder_is_for_it(tmp_path: Path) -> None:
    with take_in(folder(tmp_path, ["ann/missing_zero_grad.py", "bob/ex2.py"]), (*BOTH, EX5)) as intake:
        assert [each[:2] for each in entries(intake)] == [("ann", "ex5"), ("bob", "ex2")]
    files = ["missing_zero_grad/ann.py", "missing_zero_grad/bob.py", "ex2/ann.py"]
    with take_in(zip_file(tmp_path / "c.zip", files), (*BOTH, EX5)) as intake:
        assert [each[:2] for each in entries(intake)] == [("ann", "ex2"), ("ann", "ex5"), ("bob", "ex5")]


@given(st.text(max_size=30))
def test_taking_exercises_out_of_any_name_ends(name: str) -> None:
    naming = Naming(BOTH)
    rest = naming.without_names(f"{name} ex1 {name}_ex2")
    assert naming.ids_in(rest) == () or naming.ids_in(name)
    stem, attempt = split_try(name)
    assert attempt >= 1
    assert len(stem) <= len(name)


def test_memory_grows_with_names_and_not_with_contents(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(1000):
            archive.writestr(f"student{number}/ex1.py", b"x" * 20_000)
    tracemalloc.start()
    with take_in(path, BOTH) as intake:
        used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(intake.entries) == 1000
    assert used / 1000 < 4000
