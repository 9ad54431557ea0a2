"""What lateness costs. Pure: a policy is parsed from text such as "10%/day, at most 50%" and applied to a score.

The rules, where a syllabus would leave them open:

- A percentage is one of the points that were earned, so that nobody goes below zero and "at most 50%" leaves half.
- A day that has begun counts as a whole one. With "after 15 minutes" the first minutes cost nothing; once they are
  over, the count is from the deadline.
- Arithmetic is exact. The score that remains is rounded to hundredths, a half upwards: what gradebooks show.
- Somebody marked late without a time (Canvas writes only LATE) has begun one day (or hour, or week): more is not known.
- Where nothing at all is known about the time, nothing is taken.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from fractions import Fraction

from grader.errors import UsageFault

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late something was handed in. `seconds` is 0 for in time, and None for late by an unknown time."""

    seconds: float | None


class Unit(Enum):
    """What a rate is counted by. The value is its length in seconds."""

    HOUR = 3600
    DAY = 86_400
    WEEK = 604_800


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePolicy:
    """`rate` of the points earned for each `unit` begun, never more than `at_most` of them; both between 0 and 1."""

    rate: Fraction
    unit: Unit
    at_most: Fraction = Fraction(1)
    grace_seconds: int = 0

    def units_begun(self, late: Lateness | None) -> int:
        """How many units count."""
        if late is None:
            return 0
        if late.seconds is None:
            return 1
        return math.ceil(Fraction(late.seconds) / self.unit.value) if late.seconds > self.grace_seconds else 0

    def penalty(self, score: Decimal, late: Lateness | None) -> Decimal:
        """The points to take from `score`. They are what is between it and the rounded rest; 0 <= penalty <= score."""
        units = self.units_begun(late)
        if not units or score <= 0:
            return Decimal(0)
        rest = Fraction(score) * (1 - min(self.rate * units, self.at_most))
        rounded = (Decimal(rest.numerator) / Decimal(rest.denominator)).quantize(HUNDREDTH, ROUND_HALF_UP)
        return score - min(score, rounded)


_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*%\s*(?:/|per|a|an|each)\s*(hour|day|week)")
_AT_MOST = re.compile(r"(?:at most|up to|max(?:imum)?\.?)\s*(\d+(?:\.\d+)?)\s*%")
_AFTER = re.compile(r"after\s+(\d+)\s*(minute|hour|day)s?")
_GRACE_SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}


def parse_policy(text: str) -> LatePolicy:
    """Read "10%/day", "5% per hour, at most 50%" or "10%/day, at most 50%, after 15 minutes". Raises UsageFault."""
    first, *rest = (part.strip().lower() for part in text.split(","))
    rate = _RATE.fullmatch(first)
    if rate is None:
        raise _unclear(text, first)
    at_most, grace = Fraction(1), 0
    seen: set[re.Pattern[str]] = set()
    for part in rest:
        pattern = _AT_MOST if _AT_MOST.fullmatch(part) else _AFTER
        match = pattern.fullmatch(part)
        if match is None or pattern in seen:
            raise _unclear(text, part)
        seen.add(pattern)
        if pattern is _AT_MOST:
            at_most = _share(match[1], text)
        else:
            grace = int(match[1]) * _GRACE_SECONDS[match[2]]
    return LatePolicy(rate=_share(rate[1], text), unit=Unit[rate[2].upper()], at_most=at_most, grace_seconds=grace)


def _share(percent: str, text: str) -> Fraction:
    share = Fraction(percent) / 100
    if share > 1:
        raise UsageFault(f"The late penalty {text!r} takes more than 100%.")
    return share


def _unclear(text: str, part: str) -> UsageFault:
    return UsageFault(
        f"The late penalty {text!r} is not clear at {part!r}.",
        hint='Write it as "10%/day", or as "10%/day, at most 50%, after 15 minutes".',
    )
