"""What is said where lateness comes to less than whoever gave the command may count on. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from grader.batch.intake.handed_in import Intake
from grader.batch.intake.layout import Shape
from grader.batch.options import Options
from grader.batch.standings import Rules

_WITHOUT_TIMES = {
    Shape.CANVAS: "A Canvas export says that work is LATE and not when it came in",
    Shape.MOODLE: "A Moodle export does not say when work came in",
    Shape.GRADESCOPE: "This Gradescope export has no time of handing in that can be read",
    Shape.NBGRADER: "This nbgrader tree has no time of handing in that can be read",
    Shape.CLASSROOM: "Clones of GitHub Classroom do not say when work came in",
    Shape.FOLDERS: "Folders do not say when work came in",
    Shape.FILES: "Files do not say when work came in",
}


def lateness_notes(options: Options, intake: Intake, before: Mapping[str, str]) -> Iterator[str]:
    """Sentences on a deadline and a penalty that were given before and not now, or change nothing.

    `before`: the settings of the last time. What they say of an input is not so of earlier work in the same results.
    """
    due, policy = options.due, options.rules.policy
    if Rules.from_settings(before).policy and not policy:
        yield "The late penalty of the last time was not given, so being late costs nothing now."
    if timed := _with_times(options, intake):
        if due:
            return
        if lapsed := _deadlines(timed, before):
            yield _lapsed_note(lapsed, timed)
        elif policy:
            yield "Without --due nothing in this input counts as late, so --late-penalty takes nothing off it."
        return
    knows_late = any(each.late is not None for each in intake.entries)
    given = [name for name, value in (("--due", due), ("--late-penalty", policy and not knows_late)) if value]
    if given:
        change = "changes" if len(given) == 1 else "change"
        yield f"{_WITHOUT_TIMES[intake.shape]}, so {' and '.join(given)} {change} nothing for this input."


def deadline_settings(options: Options, intake: Intake) -> dict[str, str]:
    """The deadline of each exercise, to be kept for the next time; nothing of one that it says nothing about."""
    text = _text(options.due) if options.due else ""
    return {_setting(each): text for each in _with_times(options, intake)}


def _with_times(options: Options, intake: Intake) -> list[str]:
    """The exercises that a deadline counts for in this input, in the order in which they were asked for."""
    timed = {each.exercise for each in intake.entries if each.submitted_at is not None}
    return [each.id for each in options.exercises if each.id in timed]


def _deadlines(exercises: Sequence[str], settings: Mapping[str, str]) -> dict[datetime, list[str]]:
    """The deadlines that are kept of these exercises, and whose each is. One moment may be written in several ways."""
    deadlines: dict[datetime, list[str]] = {}
    for each in exercises:
        if text := settings.get(_setting(each)):
            deadlines.setdefault(datetime.fromisoformat(text), []).append(each)
    return deadlines


def _lapsed_note(deadlines: Mapping[datetime, Sequence[str]], timed: Sequence[str]) -> str:
    """A sentence on these deadlines, with what counts them again.

    A --due is for all exercises that a command grades: one that not all of `timed` had is shown with those that had it.
    """
    were = "deadline of the last time was" if len(deadlines) == 1 else "deadlines of the last time were"
    lapsed = f"The {were} not given, so nothing in this input counts as late now"
    first, *others = deadlines
    if not others and len(deadlines[first]) == len(timed):
        return f"{lapsed}: --due {_text(first)} counts it again."
    commands = " and ".join(f"{','.join(whose)} with --due {_text(due)}" for due, whose in deadlines.items())
    each, them = ("each ", "them") if others else ("", "it")
    return f"{lapsed}: grade {commands}, {each}in a command of its own, to count {them} again."


def _setting(exercise: str) -> str:
    return f"due {exercise}"


def _text(due: datetime) -> str:
    """As --due reads it again, which knows no fractions of a second and gives back a day's very end."""
    return due.isoformat(timespec="seconds")
