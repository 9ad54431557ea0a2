"""What the exercises draw: only where a look says more, and nothing that a student may not see."""

from __future__ import annotations

import dataclasses
import json

import pytest
from conftest import ROOT, GradeText

from grader.exercise import find_exercise
from grader.model import Audience, Look, Report, Visibility
from grader.reporters import Format, render

REFERENCE = ROOT / "reference"


def graded(grade_text: GradeText, exercise: str, path: str, seed: int = 0) -> Report:
    found = find_exercise(exercise)
    return grade_text((REFERENCE / found.folder.name / path).read_text(encoding="utf-8"), exercise=found, seed=seed)


def test_a_wrong_gradient_stands_beside_the_right_one(grade_text: GradeText) -> None:
    report = graded(grade_text, "ex1", "wrong/factor_forgotten.py")
    drawn = {check.id: check.figures for check in report.checks if check.figures}
    assert list(drawn) == ["by_hand_worked"]
    (figure,) = drawn["by_hand_worked"]
    assert figure.look is Look.BARS
    assert [(series.label, series.values) for series in figure.series] == [
        ("your gradient", (1.0, 4.0, 9.0, 16.0)),
        ("right gradient", (3.0, 12.0, 27.0, 48.0)),
    ]


def test_two_calls_that_differ_stand_side_by_side(grade_text: GradeText) -> None:
    report = graded(grade_text, "ex1", "wrong/module_level_tensor.py")
    (check,) = [check for check in report.checks if check.figures]
    assert check.id == "no_accumulation"
    assert [series.label for series in check.figures[0].series] == ["first call", "second call", "right gradient"]


def test_full_marks_in_ex1_draw_nothing(grade_text: GradeText) -> None:
    report = graded(grade_text, "ex1", "solution.py")
    assert report.score == report.max_score
    assert not any(check.figures or check.maps for check in report.checks)


@pytest.mark.parametrize("answer", ["None", "torch.ones(3)", "'text'", "torch.full((4,), float('nan'))", "x + 1j"])
def test_an_answer_that_cannot_be_drawn_is_no_error(grade_text: GradeText, answer: str) -> None:
    answers = f"gradient_by_autograd = gradient_by_hand = sum_of_cubes = lambda x: {answer}"
    source = f"import torch\n{answers}\n"
    report = grade_text(source, exercise=find_exercise("ex1"))
    assert report.score is not None
    render(report, Format.HTML)


def test_the_boundary_of_a_trained_model_follows_the_circle(grade_text: GradeText) -> None:
    report = graded(grade_text, "ex2", "solution.py")
    (check,) = [check for check in report.checks if check.maps]
    (drawn,) = check.maps
    assert check.id == "full_training"
    middle = len(drawn.levels) // 2
    assert drawn.levels[middle][middle] > 90
    assert drawn.levels[0][0] < 10
    assert all(0 <= level <= 100 for row in drawn.levels for level in row)
    assert all(x**2 + y**2 == pytest.approx(2, abs=0.01) for x, y in drawn.outline)
    assert "your model says 1 on 2" in drawn.summary
    assert len(render(report, Format.HTML)) < 60_000


def test_the_points_of_a_map_are_the_same_whatever_was_drawn_for_the_checks(grade_text: GradeText) -> None:
    maps = [graded(grade_text, "ex2", "solution.py", seed=seed).checks[7].maps for seed in (0, 1)]
    assert maps[0][0].points == maps[1][0].points
    assert maps[0][0].levels != maps[1][0].levels


def test_a_student_sees_no_drawing_of_a_hidden_check(grade_text: GradeText) -> None:
    report = graded(grade_text, "ex2", "solution.py")
    hidden = tuple(dataclasses.replace(check, visibility=Visibility.HIDDEN) for check in report.checks)
    report = dataclasses.replace(report, checks=hidden)
    for audience, seen in ((Audience.STUDENT, 0), (Audience.INSTRUCTOR, 1)):
        for_them = dataclasses.replace(report, audience=audience)
        checks = json.loads(render(for_them, Format.JSON))["checks"]
        assert [sum(len(check[kind]) for check in checks) for kind in ("figures", "maps")] == [seen, seen]
        assert render(for_them, Format.HTML).count("<figure>") == 2 * seen
