"""What a child says of its objects and its exceptions: any of it may be a lie, and none of it breaks who reads it."""

from __future__ import annotations

from collections.abc import Callable

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from lies import TREES, VALUES

from grader.errors import Raised, SubmissionFault
from grader.expect import CheckFailed, expect_close, expect_finite, expect_float, expect_floats, expect_tensor
from grader.explain import explain, raised
from grader.model import Place
from grader.sandbox.values import DTYPES, Handle
from grader.showing import describe, show
from grader.views import ModuleView, TensorView, forward_list, module_view, numbers, tensor_view

pytestmark = pytest.mark.filterwarnings("error")
RIGHT = torch.arange(12.0).reshape(3, 4)
FACTS = ["error", "text", "lines", "name", "names", "why", "type", "message"]
KINDS = ["missing", "signature", "not_callable", "too_large"]
A_TENSOR = {"value": torch.ones(1), "requires_grad": True, "grad": None, "device": "cpu"}
A_LAYER = {"bases": ["Linear"], "sizes": {"in_features": 1}, "parameters": {"weight": "0.weight"}}
A_MODULE = {
    "bases": ["Sequential"],
    "is_sequential": True,
    "training": True,
    "layers": [A_LAYER],
    "parameters": {"0.weight": A_TENSOR},
    "buffers": {},
}


def place(line: int, function: str) -> Place:
    return Place(line=line, code="", function=function)


@pytest.mark.parametrize("look", [tensor_view, module_view, forward_list])
@pytest.mark.parametrize(
    "seen",
    [torch.ones(3), torch.ones(()), np.ones(3), np.ones(()), b"x", "x", torch.Size([1]), Handle(1), [torch.ones(2)]],
    ids=repr,
)
def test_what_is_no_description_is_refused(look: object, seen: object) -> None:
    with pytest.raises((KeyError, TypeError)):
        look(seen)  # type: ignore[operator]


@given(VALUES, st.sampled_from([*A_TENSOR, *A_MODULE, *A_LAYER]), st.booleans())
def test_one_lie_in_a_description_is_refused_or_harmless(lie: object, key: str, is_left_out: bool) -> None:
    def told(record: dict[str, object]) -> dict[str, object]:
        if key not in record:
            return record
        return {name: value for name, value in record.items() if name != key} if is_left_out else {**record, key: lie}

    module = told({**A_MODULE, "layers": [told(A_LAYER)], "parameters": {"0.weight": told(A_TENSOR)}})
    for look, seen, view in ((tensor_view, told(A_TENSOR), TensorView), (module_view, module, ModuleView)):
        try:
            assert isinstance(look(seen), view)  # type: ignore[operator]
        except (KeyError, TypeError):
            continue


@given(VALUES | st.sampled_from(list(DTYPES.values())).map(lambda dtype: (2 * RIGHT).to(dtype)))
def test_any_answer_is_held_against_what_is_right(answer: object) -> None:
    near_misses = {"doubled": 2 * RIGHT, "one": torch.ones(()), "complex": RIGHT.to(torch.complex64)}
    for hold in (
        lambda: expect_tensor(answer, name="It", shape=(2,), dtype=torch.float32, requires_grad=False),
        lambda: expect_close(answer, RIGHT, mistakes=near_misses),
        lambda: expect_float(answer, name="It"),
        lambda: expect_floats(answer, name="It", length=2),
    ):
        failed = failure(hold)
        assert failed is None or failed.mistake or failed.reason
    assert describe(answer)
    assert all(isinstance(number, float) for number in numbers(answer))
    if isinstance(answer, torch.Tensor):
        assert show(answer)
        failure(lambda: expect_finite(answer, name="It"))


def failure(hold: Callable[[], object]) -> CheckFailed | None:
    """The failure of an expectation, the only thing it may raise."""
    try:
        hold()
    except CheckFailed as failed:
        return failed
    return None


@settings(max_examples=300)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FACTS, TREES)))
def test_any_facts_become_a_sentence(facts: dict[str, object]) -> None:
    fault = raised(facts, place)
    assert isinstance(fault, Raised)
    assert all(spot.line > 0 for spot in fault.trace)
    assert len(fault.message) <= 10_000
    for kind in KINDS:
        said = explain(kind, facts)
        assert isinstance(said, SubmissionFault)
        assert len(said.message) + len(said.hint) <= 20_000


def test_a_line_number_that_no_source_has_is_left_out() -> None:
    lines = [[line, "f"] for line in (0, -1, 10**4299, 1 << 21, True, 7)]
    assert [spot.line for spot in raised({"lines": lines}, place).trace] == [7]


def test_two_hundred_names_that_are_nearly_the_one_are_compared_in_no_time() -> None:
    names = ["ab" * 25 + "ba" * (25 - n % 25) + "ab" * (n % 25) for n in range(100_000)]
    assert "It defines ab" in explain("missing", {"name": "ab" * 50, "names": names}).hint
