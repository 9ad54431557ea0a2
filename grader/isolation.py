"""Which layers a promise of isolation needs, and what to say where they are missing."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from grader.errors import UsageFault


class Isolation(StrEnum):
    """What must hold before code of others is graded."""

    FULL = "full"
    REDUCED = "reduced"  # whatever this machine offers


NEEDED = ("rlimits", "capabilities-dropped", "no-new-privs", "landlock-abi", "seccomp")
"""Without one of these the others do not hold what docs/security.md promises; the rest come on top."""


def missing_layers(layers: Collection[str]) -> tuple[str, ...]:
    """The needed layers that are not among these, which a child has named."""
    return tuple(needed for needed in NEEDED if not any(layer.startswith(needed) for layer in layers))


def hold_isolation(layers: Collection[str], wanted: Isolation) -> None:
    """Raise UsageFault where full isolation is wanted and does not hold."""
    missing = missing_layers(layers)
    if wanted is Isolation.FULL and missing:
        raise UsageFault(
            f"This machine lacks {', '.join(missing)} to keep submissions apart from it and from each other.",
            hint="See `grade doctor`; --isolation reduced grades all the same, for code that you would run yourself.",
        )
