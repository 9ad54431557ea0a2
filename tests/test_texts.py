"""What exercises say: each mistake in four parts, short, leading somewhere, and the same in another language."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from conftest import ENGINE_PACK, ROOT, RunGrade
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import ExerciseFault, UsageFault
from grader.exercise import Exercise, exercise_folders, read_exercise
from grader.loading import load_checks
from grader.proofreading import proofread, read_tutorials
from grader.texts import as_toml, translatable, translated

NOWHERE = "see task: the statement has no such section and names no such tutorial"
KEEPS_ITS_TENSOR = ROOT / "reference" / "ex1_sum_of_cubes" / "wrong" / "module_level_tensor.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The engine's exercise, to be spoilt."""
    made = tmp_path / "pack" / "plain_three_squares"
    shutil.copytree(ENGINE_PACK / made.name, made)
    return made


def spoil(folder: Path, before: str, after: str) -> None:
    path = folder / "exercise.toml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def problems(folder: Path, tutorials: dict[str, list[str]] | None = None) -> list[str]:
    return list(proofread(read_exercise(folder), tutorials or {}))


@pytest.mark.parametrize("folder", exercise_folders(), ids=lambda folder: folder.name)
def test_the_texts_of_our_exercises_hold(folder: Path) -> None:
    assert problems(folder, read_tutorials(ROOT / "reference")) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('why = "Factors multiply."\n', "", "the mistake doubled lacks why"),
        ('what = "It complained."\n', 'what = " "\n', "the mistake complained lacks what"),
        ('what = "It complained."\n', "what = 7\n", "the mistake complained is no table of texts"),
        ('hint = "Do not complain."\nsee = "task"\n', 'hint = "Do not."\n', "the mistake complained lacks .*see"),
        (
            'complain."\nsee = "task"',
            'complain."\nsee = "tusk"',
            "says see = 'tusk', and the table .see. has no such",
        ),
    ],
)
def test_a_mistake_that_lacks_a_part_is_refused_when_it_is_read(
    folder: Path, before: str, after: str, said: str
) -> None:
    spoil(folder, before, after)
    with pytest.raises(ExerciseFault, match=said):
        read_exercise(folder)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("Factors multiply.", "Factors multiply. " * 10, "mistake doubled: its why has 180 characters, more than 160"),
        (
            "Do not complain.",
            "Do {not}.",
            "mistake complained: its hint has a placeholder, and an exception fills none",
        ),
        ("“The task”", "“The tusk”", NOWHERE),
        (
            "“The task” in the statement",
            "Somewhere",
            NOWHERE,
        ),
        ("[see]\n", '[see]\nmore = "“The task”, again"\n', "see more: no mistake leads there"),
    ],
)
def test_the_audit_holds_texts_to_their_form(folder: Path, before: str, after: str, said: str) -> None:
    spoil(folder, before, after)
    assert problems(folder) == [said]


@pytest.mark.parametrize(
    ("see", "said"),
    [
        ("“A Tutorial”, 1.2 A Section", []),
        ("“A Tutorial”, 1.3 No Section", ["see task: “A Tutorial” has no section 1.3 No Section"]),
        ("“A Tutorial”", ["see task: “A Tutorial” has no section without a name"]),
        ("“Another Book”, chapter 1", []),  # nobody has listed its sections
    ],
)
def test_a_tutorial_is_named_by_the_statement_and_has_the_section(folder: Path, see: str, said: list[str]) -> None:
    spoil(folder, "“The task” in the statement", see)
    with (folder / "README.md").open("a", encoding="utf-8") as statement:
        statement.write("\nFrom A Tutorial and Another Book.\n")
    assert problems(folder, {"A Tutorial": ["1.2 A Section"]}) == said


def test_a_placeholder_that_no_check_fills_is_the_authors_fault(folder: Path, run_grade: RunGrade) -> None:
    spoil(folder, "{times} times", "{often} times")
    mine = folder / "mine.py"
    mine.write_text("def f(x): return 6 * x**2\ng = h = f\n")
    done = run_grade("plain", mine, "--exercises", folder.parent)
    assert done.returncode == 3
    assert "The texts of the mistake doubled cannot be filled in: KeyError('often')." in " ".join(done.stdout.split())


# --- other languages -----------------------------------------------------------------------------------------------


def test_a_report_in_german_says_all_that_the_exercise_says_in_german(run_grade: RunGrade) -> None:
    done = run_grade("ex1", KEEPS_ITS_TENSOR, "--language", "de")
    text = " ".join(done.stdout.replace("│", " ").split())
    assert done.returncode == 1
    for part in (
        "Gradient einer Summe von Kuben",
        "gradient_by_autograd gibt beim zweiten Aufruf dasselbe",
        "-mal so groß wie der richtige, wie wenn",
        "Why: backward() addiert zu dem, was in .grad steht",
        "Try: Rufe backward() einmal auf",
        "See: „PyTorch Tensors, Autograd & Training Loop“, 0.3.2.3 Gradient Accumulation",
    ):
        assert part in text


def test_the_variable_chooses_as_the_option_does(run_grade: RunGrade) -> None:
    german = {"GRADER_LANGUAGE": "de"}
    assert "Gradient einer Summe von Kuben" in run_grade("list", env=german).stdout
    assert "## Drei Funktionen" in run_grade("show", "ex1", env=german).stdout
    assert "Beginne mit sum_of_cubes" in run_grade("hint", "ex1", "-n", "1", env=german).stdout
    report = json.loads(run_grade("ex1", KEEPS_ITS_TENSOR, "--format", "json", env=german).stdout)
    assert (report["language"], report["title"]) == ("de", "Gradient einer Summe von Kuben")
    assert report["checks"][0]["title"] == "sum_of_cubes([1, 2, 3, 4]) ist 100"


def test_what_has_no_translation_stays_english(run_grade: RunGrade) -> None:
    report = json.loads(run_grade("ex1", KEEPS_ITS_TENSOR, "--format", "json", "--language", "fr").stdout)
    assert (report["language"], report["title"]) == ("en", "Sum-of-cubes gradient")
    assert "4-32-16-1 classifier" in run_grade("list", "--language", "de").stdout


@pytest.mark.parametrize("language", ["../../x", "", "DE", "german", "de/../de"])
def test_what_is_no_language_is_refused(run_grade: RunGrade, language: str) -> None:
    done = run_grade("show", "ex1", "--language", language)
    assert done.returncode == 2
    assert "is no language. Write it as de, fr or pt-BR." in done.stderr


def test_the_texts_that_the_command_prints_are_a_translation(folder: Path, run_grade: RunGrade) -> None:
    done = run_grade("texts", "plain", "--exercises", folder.parent)
    (folder / "texts.de.toml").write_text(done.stdout, encoding="utf-8")
    (folder / "README.de.md").write_text("## Die Aufgabe\n", encoding="utf-8")
    assert problems(folder) == []
    german = read_exercise(folder, language="de")
    assert (german.language, german.statement) == ("de", "## Die Aufgabe\n")
    assert german.mistakes == read_exercise(folder).mistakes


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('why = "Factors multiply."\n', "", "mistakes.doubled.why is missing"),
        ("[advice]", '[advice]\nlouder = "x"', "advice.louder is unknown"),
        ('title = "An', 'id = "other"\ntitle = "An', "id is unknown"),
        ('"Factors multiply."', '" "', "mistakes.doubled.why is empty"),
        ("{times} times", "{mal} times", "mistakes.doubled.what has other placeholders"),
        ('    "Look at it.",\n', "", "hints.3 is missing"),
    ],
)
def test_the_audit_finds_what_is_wrong_with_a_translation(folder: Path, before: str, after: str, said: str) -> None:
    titles = {check.id: check.title for check in load_checks(read_exercise(folder))}
    text = as_toml(folder, "de", titles)
    assert before in text
    (folder / "texts.de.toml").write_text(text.replace(before, after, 1), encoding="utf-8")
    (folder / "README.de.md").write_text("Die Aufgabe\n", encoding="utf-8")
    assert problems(folder) == [f"texts.de.toml: {said}"]


def test_the_audit_wants_the_statement_too_and_a_file_that_can_be_read(folder: Path) -> None:
    (folder / "texts.de.toml").write_text("title = ", encoding="utf-8")
    found = problems(folder)
    assert "texts.de.toml cannot be used" in found[0]
    assert found[-1] == "README.de.md is missing"
    with pytest.raises(ExerciseFault, match="cannot be used"):
        read_exercise(folder, language="de")
    with pytest.raises(UsageFault, match="is no language"):
        read_exercise(folder, language="Deutsch")


JSON = st.recursive(
    st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)
KEYS = ["id", "title", "points", "hints", "mistakes", "checks", "limits", "doubled", "what", "raises"]
TABLES = st.dictionaries(st.sampled_from(KEYS), JSON)


@given(TABLES | st.fixed_dictionaries({"mistakes": TABLES}))
def test_nothing_but_texts_is_taken_from_a_translation(translation: dict[str, Any]) -> None:
    path = ENGINE_PACK / "plain_three_squares" / "exercise.toml"
    english = tomllib.loads(path.read_text(encoding="utf-8"))
    made = translated(english, translation)
    texts = translatable(path.parent, {})
    assert made.keys() == english.keys()
    assert len(made["hints"]) == len(english["hints"])
    for key in ("id", "points", "stub_earns_at_most", "limits"):
        assert made[key] == english[key]
    for id_, mistake in english["mistakes"].items():
        kept = {part: text for part, text in made["mistakes"][id_].items() if f"mistakes.{id_}.{part}" not in texts}
        assert kept == {part: text for part, text in mistake.items() if f"mistakes.{id_}.{part}" not in texts}


def test_an_exercise_without_a_translation_is_english() -> None:
    exercise: Exercise = read_exercise(ENGINE_PACK / "plain_three_squares", language="de")
    assert (exercise.language, exercise.titles) == ("en", {})


# --- the page that shows how it is done ------------------------------------------------------------------------------


def test_the_exercise_in_the_documentation_works(tmp_path: Path, run_grade: RunGrade) -> None:
    page = (ROOT / "docs" / "writing-an-exercise.md").read_text(encoding="utf-8")
    made = tmp_path / "pack" / "square_first"
    made.mkdir(parents=True)
    for name, kind in (("exercise.toml", "toml"), ("checks.py", "python")):
        block = page.partition(f"`{name}`\n\n```{kind}\n")[2].partition("```")[0]
        (made / name).write_text(block, encoding="utf-8")
    (made / "README.md").write_text(
        "## The task\n\nd(x**2)/dx, as in PyTorch Tensors, Autograd & Training Loop.\n", encoding="utf-8"
    )
    (made / "stub.py").write_text("def gradient(x): raise NotImplementedError\n", encoding="utf-8")
    assert problems(made, read_tutorials(ROOT / "reference")) == []
    keeps = (
        "import torch\nkept = None\ndef gradient(x):\n    global kept\n    if kept is None or len(kept) != len(x):\n"
    )
    keeps += (
        "        kept = x.detach().clone().requires_grad_()\n    (kept**2).sum().backward()\n    return kept.grad\n"
    )
    (tmp_path / "mine.py").write_text(keeps, encoding="utf-8")
    done = run_grade("square", "mine.py", "--exercises", tmp_path / "pack")
    assert "2/4" in done.stdout
    assert "Each gradient is twice what it should be." in done.stdout
    assert "0.3.2.3 Gradient" in done.stdout
