"""A whole batch, from what came in to the folder of results, in an order in which an interruption loses nothing."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from grader.batch import results
from grader.batch.filing import Filed
from grader.batch.gradebook.by_hand import counting, hold_within_points
from grader.batch.gradebook.overrides import read_overrides
from grader.batch.intake.handed_in import Entry, Intake
from grader.batch.intake.roster import read_roster
from grader.batch.intake.take_in import take_in
from grader.batch.keys import fingerprint, keys_of
from grader.batch.lateness_notes import deadline_settings, lateness_notes
from grader.batch.naming import ExerciseNames
from grader.batch.options import Options, Summary
from grader.batch.places import remove_pairs
from grader.batch.records import Override, Pair, TakenBack
from grader.batch.store import Store
from grader.batch.students import Directory, Student
from grader.batch.ungraded import grade_all
from grader.errors import UsageFault
from grader.exercise import exercise_folders, id_of


def run_batch(
    options: Options,
    *,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
    on_note: Callable[[str], None] = lambda sentence: None,
) -> Summary:
    """Grade what is not graded yet, then write the results. `on_progress` is told how many are done, of how many.

    `on_note` is told what somebody may want to see to while it goes on.
    Raises UsageFault for an input or a folder that cannot be used, ExerciseFault and GraderFault where nothing can be
    graded. What was graded before any of that is kept.
    """
    if options.scheduler:
        _hold_cluster_ready()
    stubs = _stubs(options) if options.similarity else None
    roster = read_roster(options.roster) if options.roster else ()
    with (
        _take_in(options, roster) as intake,
        _store(options, intake) as store,
    ):
        with store.transaction():  # a slip in the overrides leaves everything as it was
            store.keep_exercises((each.id, each.title, each.points) for each in options.exercises)
            filed = _filed(store, intake.entries, options)
            store.move_by_hand((*roster, *intake.empty_handed, *(each.student for each in intake.entries)))
            overrides = _overrides(options, store, (*roster, *intake.empty_handed))
            _hold_by_hand(options, store, overrides)
        _tidy(store, options)
        numbered = zip(filed, intake.entries, strict=True)
        todo = [(each, entry) for each, entry in numbered if options.fresh or not store.has(each)]
        kept = len(intake.entries) - len(todo)
        intake = _without_known(intake, store.handed_in())
        failed = grade_all(store, todo, options, lambda done: on_progress(kept + done, kept + len(todo)), on_note)
        by_hand = store.override(overrides)
        for note in lateness_notes(options, intake, store.settings()):
            on_note(note)
        settings = options.rules.as_settings() | deadline_settings(options, intake)
        absent = {each.key: each for each in (*intake.empty_handed, *intake.missing)}
        alone = {each.key: each for each in store.by_hand_alone()}  # of an earlier roster, say
        store.keep_shown(settings, (alone | absent).values())
        names = store.names()
        pairs = _pairs(intake, stubs, options.folder, names)
        return Summary(
            intake=intake,
            graded=len(todo) - len(failed),
            kept=kept,
            failed=tuple(failed),
            pairs=pairs,
            records=results.write(store, intake, options, pairs or ()),
            by_hand=by_hand,
            names=names,
        )


def _take_in(options: Options, roster: Sequence[Student]) -> AbstractContextManager[Intake]:
    """Read what was handed in. Exercises that are known and not asked for tell work that is not for this batch."""
    asked = [
        ExerciseNames(each.id, (each.folder.name, each.title), each.folder / "stub.py") for each in options.exercises
    ]
    # By their folders alone: what is wrong with an exercise that nobody asked for must not stop the batch.
    folders = {id_of(folder): folder for folder in exercise_folders(options.packs)}
    others = [
        ExerciseNames(key, (folder.name,), folder / "stub.py")
        for key, folder in folders.items()
        if key not in {each.id for each in options.exercises}
    ]
    return take_in(options.source, asked, others=others, shape=options.shape, roster=roster, due=options.due)


def _tidy(store: Store, options: Options) -> None:
    """Drop what is to be forgotten, and the reports that lie where nothing of that student's belongs any more."""
    if options.forget:
        store.forget_earlier(each.id for each in options.exercises)
    for place in store.stale():  # what moved is written anew where it belongs now
        results.remove_report(options.folder, *place)
    store.forget_stale()


def _without_known(intake: Intake, known: Collection[str]) -> Intake:
    """Who has handed in something to an earlier input has not handed in nothing."""
    missing = tuple(each for each in intake.missing if each.key not in known)
    empty_handed = tuple(each for each in intake.empty_handed if each.key not in known)
    return dataclasses.replace(intake, missing=missing, empty_handed=empty_handed)


def _hold_cluster_ready() -> None:
    if importlib.util.find_spec("distributed") is None:
        raise UsageFault(
            "--scheduler needs the package distributed, which is not installed.",
            hint="Install it with: pip install 'grader[cluster]'",
        )


def _stubs(options: Options) -> dict[str, str]:
    """What submissions are compared with, by exercise. What is missing for that is missed before anything is graded."""
    from grader.batch.similar import hold_ready  # numpy and Jinja: grading needs neither in this process

    hold_ready()
    return {each.id: each.stub for each in options.exercises}


def _pairs(
    intake: Intake, stubs: Mapping[str, str] | None, folder: Path, names: Mapping[str, str]
) -> tuple[Pair, ...] | None:
    """The pairs that are alike, their pages written instead of those of an earlier run; None where nobody asked."""
    if stubs is None:
        remove_pairs(folder)
        return None
    from grader.batch.similar import find_alike
    from grader.batch.similar_pages import write_pages

    return write_pages(folder, find_alike(intake.entries, stubs), names)


def _overrides(options: Options, store: Store, without_work: Iterable[Student]) -> tuple[Override | TakenBack, ...]:
    """The scores set by hand, read when all are filed and before anything is graded: a slip must not cost hours."""
    if options.overrides is None:
        return ()
    everybody = {each.key: each for each in (*store.by_hand_alone(), *without_work, *store.students())}
    return read_overrides(options.overrides, _points(options, store), Directory(everybody.values()))


def _hold_by_hand(options: Options, store: Store, changes: Iterable[Override | TakenBack]) -> None:
    """An exercise may count fewer points than when a score was set by hand: that is for a person to put right."""
    overrides = counting(store.overrides(), changes)
    hold_within_points(overrides, _points(options, store), store.names() if overrides else {})


def _points(options: Options, store: Store) -> dict[str, int]:
    """The points of every exercise that is or was graded here, as they are now."""
    return store.max_scores() | {each.id: each.points for each in options.exercises}


def _store(options: Options, intake: Intake) -> Store:
    """The folder's store, which is made for an input that holds something to grade: one that is refused leaves none."""
    if not intake.entries:
        raise UsageFault(f"There is no submission in {options.source}.", hint=_why_empty(intake))
    return Store(options.folder)


def _why_empty(intake: Intake) -> str:
    if not intake.left_out:
        return "It has no files."
    first, many = intake.left_out[0], len(intake.left_out)
    were = "Its only file was" if many == 1 else f"Its {many} files were"
    return f"{were} left out; {first.name}: {first.reason}"


def _filed(store: Store, entries: Sequence[Entry], options: Options) -> list[Filed]:
    exercises = {each.id: fingerprint(each, options.seed) for each in options.exercises}
    return store.file((entry, *keys_of(entry, exercises[entry.exercise])) for entry in entries)
