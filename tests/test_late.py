"""What lateness costs."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.batch.gradebook.for_people import lateness
from grader.batch.late import HUNDREDTH, Lateness, LatePolicy, Unit, parse_policy
from grader.errors import UsageFault

DAY = 86_400.0
TEN_A_DAY = parse_policy("10%/day, at most 50%")


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("10%/day", LatePolicy(rate=Fraction(1, 10), unit=Unit.DAY)),
        ("10%/day, at most 50%", LatePolicy(rate=Fraction(1, 10), unit=Unit.DAY, at_most=Fraction(1, 2))),
        ("2.5 % per Hour,  up to 30%", LatePolicy(rate=Fraction(1, 40), unit=Unit.HOUR, at_most=Fraction(3, 10))),
        ("100% a week, after 15 minutes", LatePolicy(rate=Fraction(1), unit=Unit.WEEK, grace_seconds=900)),
        (
            "5%/day, after 1 hour, max 20%",
            LatePolicy(rate=Fraction(1, 20), unit=Unit.DAY, at_most=Fraction(1, 5), grace_seconds=3600),
        ),
    ],
)
def test_a_policy_is_read(text: str, policy: LatePolicy) -> None:
    assert parse_policy(text) == policy


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not clear at ''"),
        ("10 points/day", "not clear at '10 points/day'"),
        ("-10%/day", "not clear"),
        ("10%/month", "not clear"),
        ("at most 50%", "not clear at 'at most 50%'"),
        ("10%/day, 50%", "not clear at '50%'"),
        ("10%/day, at most 50%, at most 60%", "not clear at 'at most 60%'"),
        ("10%/day, at most 500%", "takes more than 100%"),
        ("110%/day", "takes more than 100%"),
        ("\u0661\u0660%/day\u0000", "not clear"),
    ],
)
def test_an_unclear_policy_is_refused_in_a_sentence(text: str, says: str) -> None:
    with pytest.raises(UsageFault) as fault:
        parse_policy(text)
    assert says in fault.value.message


@pytest.mark.parametrize(
    ("seconds", "penalty"),
    [(0.0, "0"), (0.5, "1"), (DAY, "1"), (DAY + 1, "2"), (4.5 * DAY, "5"), (300 * DAY, "5"), (None, "1")],
)
def test_a_day_begun_is_a_day(seconds: float | None, penalty: str) -> None:
    assert TEN_A_DAY.penalty(Decimal(10), Lateness(seconds)) == Decimal(penalty)


def test_nothing_is_taken_where_nothing_is_known() -> None:
    assert TEN_A_DAY.penalty(Decimal(10), None) == 0


def test_after_the_grace_the_count_is_from_the_deadline() -> None:
    policy = parse_policy("10%/day, after 1 hour")
    assert policy.penalty(Decimal(10), Lateness(3600.0)) == 0
    assert policy.penalty(Decimal(10), Lateness(3601.0)) == 1
    assert policy.penalty(Decimal(10), Lateness(DAY)) == 1


def test_the_rest_is_rounded_to_hundredths_a_half_upwards() -> None:
    policy = parse_policy("50%/day")
    assert Decimal("0.25") - policy.penalty(Decimal("0.25"), Lateness(1.0)) == Decimal("0.13")
    assert Decimal(1) - parse_policy("33.333%/day").penalty(Decimal(1), Lateness(1.0)) == Decimal("0.67")


POLICIES = st.builds(
    LatePolicy,
    rate=st.fractions(0, 1, max_denominator=1000),
    unit=st.sampled_from(Unit),
    at_most=st.fractions(0, 1, max_denominator=1000),
    grace_seconds=st.integers(0, 100_000),
)
SCORES = st.decimals(0, 1000, places=2)
SECONDS = st.floats(0, 1e8)


@given(POLICIES, SCORES, SECONDS, SECONDS)
def test_being_later_is_never_better_and_costs_never_more_than_there_is(
    policy: LatePolicy, score: Decimal, one: float, other: float
) -> None:
    sooner, later = sorted((one, other))
    first, second = policy.penalty(score, Lateness(sooner)), policy.penalty(score, Lateness(later))
    assert 0 <= first <= second <= score
    assert abs(score - second) >= Fraction(score) * (1 - policy.at_most) - Fraction(HUNDREDTH) / 2


@given(POLICIES, SCORES, SCORES, SECONDS)
def test_whoever_earned_more_keeps_no_less(policy: LatePolicy, one: Decimal, other: Decimal, seconds: float) -> None:
    less, more = sorted((one, other))
    late = Lateness(seconds)
    assert less - policy.penalty(less, late) <= more - policy.penalty(more, late)


@pytest.mark.parametrize("policy", [parse_policy(f"1%/{unit}") for unit in ("hour", "day", "week")])
@pytest.mark.parametrize("seconds", [DAY, DAY + 1e-6, DAY + 20, 7 * DAY, 7 * DAY + 29, 3600.0, 3601.0, 1e-6])
def test_lateness_in_words_is_as_many_units_begun_as_the_penalty_takes(policy: LatePolicy, seconds: float) -> None:
    sizes = {"d": DAY, "h": 3600.0, "min": 60.0}
    words = lateness(Lateness(seconds)).removesuffix(" late").split()
    said = sum(float(count) * sizes[unit] for count, unit in zip(words[::2], words[1::2], strict=True))
    assert policy.units_begun(Lateness(said)) == policy.units_begun(Lateness(seconds))
