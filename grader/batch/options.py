"""What is asked of a batch, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from grader.batch.intake.handed_in import Intake
from grader.batch.intake.layout import Shape
from grader.batch.records import Override, Pair, Record, Standing, TakenBack
from grader.batch.standings import Rules
from grader.exercise import Exercise
from grader.isolation import Isolation


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for. `jobs`: how many workers. `fresh`: grade also what has been graded.

    `scheduler`: the address of a Dask scheduler, whose workers grade in place of `jobs` on this machine.
    `similarity`: look for pairs of submissions that are alike. `forget`: drop what the input does not hold any more.
    """

    exercises: tuple[Exercise, ...]
    source: Path
    folder: Path
    jobs: int
    scheduler: str | None = None
    packs: tuple[Path, ...] = ()
    shape: Shape | None = None
    roster: Path | None = None
    due: datetime | None = None
    rules: Rules = field(default_factory=Rules)
    overrides: Path | None = None
    seed: int = 0
    fresh: bool = False
    similarity: bool = False
    forget: bool = False
    isolation: Isolation = Isolation.FULL


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What came of a batch: how many were graded now and before, and which could not be, with the reason.

    `pairs` of submissions that are alike; None where nobody asked. `records`: what counts of each student's work.
    `by_hand`: what was set by hand, or taken back, and was not so before. `names`: what students are called, by key.
    """

    intake: Intake
    graded: int
    kept: int
    failed: tuple[tuple[str, str], ...]
    pairs: tuple[Pair, ...] | None = None
    records: tuple[Record, ...] = ()
    by_hand: tuple[Override | TakenBack, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def earlier(self) -> list[Record]:
        """The scores that count of work which is not in this input."""
        return [each for each in self.records if each.is_earlier and each.score is not None]

    @property
    def waiting(self) -> list[Record]:
        """The work without a score that has none until its input is graded again, or graded at all.

        Also that of which something else is the best attempt so far.
        """
        standings = (Standing.OUTDATED, Standing.NOT_GRADED)
        return [
            each
            for each in self.records
            if each.override is None and (each.standing in standings or (each.unranked and each.is_earlier))
        ]
