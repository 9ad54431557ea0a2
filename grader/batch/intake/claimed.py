"""From whose a file is to what it is for: a candidate for an exercise, or a sentence on why it is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from grader.batch.intake import shapes
from grader.batch.intake.archive import CODE_SUFFIXES, Oddity
from grader.batch.intake.choice import Candidate
from grader.batch.intake.handed_in import LeftOut
from grader.batch.intake.layout import Located
from grader.batch.intake.shapes import Aside, Claim
from grader.batch.intake.times import lateness
from grader.batch.naming import Naming

_CLOSED_ARCHIVES = (".rar", ".7z", ".zipx", ".tar.zst", ".gz", ".bz2", ".xz", ".zst")  # Python has nothing to open them


def claimed(
    file: Located,
    answer: shapes.Answer,
    root: str,
    naming: Naming,
    due: datetime | None,
    *,
    is_inputs: bool,
) -> Iterator[Candidate | LeftOut]:
    """What a reader's answer comes to: for each claim a candidate, or why there is none.

    `is_inputs` says that the root is the whole input. Its name speaks for one of the batch, and for no other:
    whoever gave the folder said for which exercise it is.
    """
    path = file.item.path
    if isinstance(answer, str | Aside):
        reason, student = (answer, None) if isinstance(answer, str) else (answer.reason, answer.student)
        yield LeftOut(path, file.item.reason if isinstance(file.item, Oddity) else reason, student)
        return
    for claim in (answer,) if isinstance(answer, Claim) else answer:
        claim = replace(claim, late=claim.late or lateness(claim.submitted_at, due))
        found = _exercise(path, (*claim.hints, root), naming)
        if isinstance(file.item, Oddity):
            yield LeftOut(path, file.item.reason, claim.student)
        elif len(found) == 1:
            hints = claim.hints if is_inputs else (*claim.hints, root)
            named = next(filter(naming.names_any, hints), "")
            yield Candidate(claim, found[0], file.item, naming.others_in(named), named)
        else:
            yield LeftOut(path, _why_no_exercise(path, found, naming), claim.student)


def _exercise(path: str, hints: Sequence[str], naming: Naming) -> tuple[str, ...]:
    """The exercises that a file may be for; none where it is no code at all."""
    name = path.rpartition("/")[2]
    if not name.lower().endswith(CODE_SUFFIXES) or name.startswith("."):
        return ()
    if len(naming.ids) == 1:
        return naming.ids
    return next((ids for hint in hints if (ids := naming.ids_in(hint))), ())


def _why_no_exercise(path: str, found: tuple[str, ...], naming: Naming) -> str:
    name = path.rpartition("/")[2]
    if name.startswith("."):
        return "It is a hidden file."
    if name.lower().endswith(_CLOSED_ARCHIVES):
        return (
            "It is an archive of a kind that cannot be opened here. Ask for a .zip, or unpack it there and grade again."
        )
    if not name.lower().endswith(CODE_SUFFIXES):
        return "It is no Python file and no notebook."
    if found:
        return f"Its name fits several exercises: {', '.join(found)}."
    return f"Neither its name nor its folder's says for which exercise it is: {', '.join(naming.ids)}."
