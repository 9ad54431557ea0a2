"""Values in a sentence: as a person would write them, and where two first differ."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.expect import CheckFailed, expect_close, expect_finite
from grader.showing import describe, difference, listed, show

TABLE = torch.arange(100.0).reshape(10, 10)


def changed(value: torch.Tensor, **at: float) -> torch.Tensor:
    """A copy with other numbers at some of its flat places: at_34=7.0."""
    made = value.clone()
    for name, number in at.items():
        made.view(-1)[int(name.removeprefix("at_"))] = number
    return made


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (torch.tensor([3.0, 12.0, 27.0, 48.0]), "tensor([3., 12., 27., 48.])"),
        (torch.tensor(100.0), "tensor(100.)"),
        (torch.tensor([[1.0, -2.5], [0.333333, 1e-7]]), "tensor([[1., -2.5], [0.3333, 1e-07]])"),
        (torch.tensor([1, 2]), "tensor([1, 2])"),
        (torch.tensor([True]), "tensor([True])"),
        (torch.tensor([1.0, math.nan, -math.inf]), "tensor([1., nan, -inf])"),
        (torch.tensor([0.1], dtype=torch.float64), "tensor([0.1], dtype=torch.float64)"),
        (torch.tensor([1.0], requires_grad=True), "tensor([1.])"),
        (torch.tensor([1 + 2j]), "tensor([(1+2j)])"),
        (torch.empty(0), "tensor([])"),
        (torch.empty(2, 0), "tensor([[], []], size=(2, 0))"),
        (torch.zeros(3, 3), "a tensor of shape (3, 3)"),
    ],
)
def test_a_tensor_is_written_as_a_person_would(value: torch.Tensor, text: str) -> None:
    assert show(value) == text


def test_a_long_tensor_is_shown_around_the_element_that_matters() -> None:
    assert show(TABLE, around=(3, 4)) == "[..., 32., 33., 34., 35., 36., ...]"
    assert show(TABLE, around=(3, 0)) == "[30., 31., 32., ...]"
    assert show(TABLE, around=(3, 9)) == "[..., 37., 38., 39.]"


@pytest.mark.parametrize(
    ("actual", "expected", "text"),
    [
        (
            torch.tensor([3.0, 12.0, 27.0, 50.0]),
            torch.tensor([3.0, 12.0, 27.0, 48.0]),
            "Expected tensor([3., 12., 27., 48.]), got tensor([3., 12., 27., 50.]). First difference at [3], off by 2.",
        ),
        (torch.tensor(25.0), torch.tensor(100.0), "Expected tensor(100.), got tensor(25.), off by 75."),
        (
            torch.tensor([[9.0, 2.0], [3.0, 5.0]]),
            torch.tensor([[1.0, 2.0], [3.0, 40.0]]),
            "Expected tensor([[1., 2.], [3., 40.]]), got tensor([[9., 2.], [3., 5.]]). "
            "First difference at [0, 0], off by 8. 2 of 4 differ, the most at [1, 1], off by 35.",
        ),
        (
            changed(TABLE, at_34=7.0, at_99=-1000.0),
            TABLE,
            "First difference at [3, 4], off by 27. "
            "Expected [..., 32., 33., 34., 35., 36., ...], got [..., 32., 33., 7., 35., 36., ...]. "
            "2 of 100 differ, the most at [9, 9], off by 1099.",
        ),
        (
            torch.tensor([1.0, math.nan]),
            torch.tensor([1.0, 2.0]),
            "Expected tensor([1., 2.]), got tensor([1., nan]). First difference at [1].",
        ),
        (
            torch.ones(2, 1),
            torch.ones(2),
            "It is tensor([[1.], [1.]]); expected tensor([1., 1.]).",
        ),
    ],
)
def test_a_difference_names_its_place_and_its_size(actual: torch.Tensor, expected: torch.Tensor, text: str) -> None:
    assert difference(actual, expected, name="It") == text


def test_numbers_that_nearly_agree_get_the_digits_that_tell_them_apart() -> None:
    text = difference(torch.tensor([3.0000305]), torch.tensor([3.0]), name="It")
    assert text.startswith("Expected tensor([3.]), got tensor([3.00003]).")


def test_what_is_within_the_tolerance_is_no_difference() -> None:
    actual, expected = torch.tensor([1.0001, 5.0]), torch.tensor([1.0, 4.0])
    assert "First difference at [1], off by 1." in difference(actual, expected, name="It", tolerance=(1e-3, 0.0))


@given(st.lists(st.floats(width=32), max_size=12), st.lists(st.floats(width=32), max_size=12))
def test_any_two_tensors_have_a_difference_in_words(some: list[float], others: list[float]) -> None:
    text = difference(torch.tensor(some), torch.tensor(others), name="It")
    assert text.endswith(".") and len(text) < 1000


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (torch.tensor([[1.0, 2.0], [math.nan, math.nan]]), "y contains NaN: 2 of 4 values, the first at [1, 0]."),
        (torch.tensor([1.0, math.inf]), "y contains infinity: 1 of 2 values, the first at [1]."),
        (torch.tensor(math.nan), "y contains NaN."),
    ],
)
def test_what_is_not_finite_is_counted_and_found(value: torch.Tensor, reason: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        expect_finite(value, name="y")
    assert failed.value.reason == reason


def test_shape_and_dtype_are_named_before_any_value() -> None:
    for actual, reason in (
        (torch.zeros(3, 1), "y has the wrong shape: expected (3,), got (3, 1)."),
        (torch.zeros(3, dtype=torch.float64), "y has the wrong dtype: expected torch.float32, got torch.float64."),
    ):
        with pytest.raises(CheckFailed) as failed:
            expect_close(actual, torch.ones(3), name="y")
        assert failed.value.reason == reason


def test_other_things_in_words() -> None:
    assert describe([1, 2]) == "a list of length 2"
    assert listed([0.96363636, 2.0]) == "0.9636, 2"
