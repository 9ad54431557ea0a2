"""What is said where lateness comes to less than whoever gave the command may count on. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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

    `before`: the settings of the last time.
    """
    due, policy = options.due, options.rules.policy
    lapsed = [text for each in options.exercises if (text := before.get(_setting(each.id)))] if not due else []
    if Rules.from_settings(before).policy and not policy:
        yield "The late penalty of the last time was not given, so being late costs nothing now."
    if _has_times(intake):
        if lapsed:
            yield (
                "The deadline of the last time was not given, so nothing here counts as late now: "
                f"--due {max(lapsed)} counts it again."
            )
        elif policy and not due:
            yield "Without --due nothing here counts as late, so --late-penalty changes nothing here."
        return
    knows_late = any(each.late is not None for each in intake.entries)
    given = [name for name, value in (("--due", due), ("--late-penalty", policy and not knows_late)) if value]
    if given:
        change = "changes" if len(given) == 1 else "change"
        yield f"{_WITHOUT_TIMES[intake.shape]}, so {' and '.join(given)} {change} nothing here."


def deadline_settings(options: Options, intake: Intake) -> dict[str, str]:
    """The deadline of each exercise, to be kept for the next time; nothing of an input that it says nothing about."""
    if not _has_times(intake):
        return {}
    text = options.due.isoformat(timespec="seconds") if options.due else ""
    return {_setting(each.id): text for each in options.exercises}


def _setting(exercise: str) -> str:
    return f"due {exercise}"


def _has_times(intake: Intake) -> bool:
    return any(each.submitted_at is not None for each in intake.entries)
