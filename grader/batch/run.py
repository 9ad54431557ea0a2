"""A whole batch, from what came in to the folder of results, in an order in which an interruption loses nothing."""

from __future__ import annotations

import dataclasses
import importlib.util
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from grader.batch import class_report, results
from grader.batch.filing import Filed, Filing
from grader.batch.gradebook.overrides import read_overrides
from grader.batch.intake.handed_in import Entry, Intake
from grader.batch.intake.layout import Shape
from grader.batch.intake.roster import read_roster
from grader.batch.intake.take_in import take_in
from grader.batch.keys import fingerprint, key_of
from grader.batch.late import LatePolicy
from grader.batch.naming import ExerciseNames
from grader.batch.places import remove_pairs
from grader.batch.pool import Pool
from grader.batch.records import Override, Pair, TakenBack
from grader.batch.standings import Attempt, Rules
from grader.batch.store import Store
from grader.batch.students import Directory, Student
from grader.batch.work import Lost, Outcome, Setup, Task
from grader.errors import GraderFault, Unreadable, UsageFault
from grader.exercise import Exercise
from grader.isolation import Isolation, hold_isolation

if TYPE_CHECKING:
    from grader.batch.cluster import Cluster

NotePlace = Callable[[int, int], None]
Note = Callable[[str], None]


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
    attempt: Attempt = Attempt.LAST
    policy: LatePolicy | None = None
    overrides: Path | None = None
    seed: int = 0
    fresh: bool = False
    similarity: bool = False
    forget: bool = False
    isolation: Isolation = Isolation.FULL


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What came of a batch: how many were graded now and before, and which could not be, with the reason.

    `pairs` of submissions that are alike; None where nobody asked. `earlier`: whose work on an exercise is not in this
    input and still counts.
    """

    intake: Intake
    graded: int
    kept: int
    failed: tuple[tuple[str, str], ...]
    pairs: tuple[Pair, ...] | None = None
    earlier: tuple[tuple[Student, str], ...] = ()


def run_batch(
    options: Options, *, on_progress: NotePlace = lambda done, total: None, on_note: Note = lambda sentence: None
) -> Summary:
    """Grade what is not graded yet, then write the results. `on_progress` is told how many are done, of how many.

    `on_note` is told what somebody may want to see to while it goes on.
    Raises UsageFault for an input or a folder that cannot be used, ExerciseFault and GraderFault where nothing can be
    graded. What was graded before any of that is kept.
    """
    if options.scheduler:
        _hold_cluster_ready()
    stubs = _stubs(options) if options.similarity else None
    names = [
        ExerciseNames(each.id, (each.folder.name, each.title), each.folder / "stub.py") for each in options.exercises
    ]
    roster = read_roster(options.roster) if options.roster else ()
    with (
        take_in(options.source, names, shape=options.shape, roster=roster, due=options.due) as intake,
        _store(options, intake) as store,
    ):
        with store.transaction():  # a slip in the overrides leaves everything as it was
            filing = _filing(store, intake.entries, options)
            overrides = _overrides(options, store, (*roster, *intake.empty_handed))
        store.keep_exercises((each.id, each.title, each.points) for each in options.exercises)
        forgotten = store.forget_earlier(each.id for each in options.exercises) if options.forget else []
        for place in (*filing.left, *forgotten):  # what moved is written anew where it belongs now
            results.remove_report(options.folder, *place)
        numbered = zip(filing.filed, intake.entries, strict=True)
        todo = [(each, entry) for each, entry in numbered if options.fresh or not store.has(each)]
        kept = len(intake.entries) - len(todo)
        intake = _without_known(intake, store.handed_in())
        failed = _grade(store, todo, options, lambda done: on_progress(kept + done, kept + len(todo)), on_note)
        store.override(overrides)
        pairs = _pairs(intake, stubs, options.folder)
        absent = (*intake.empty_handed, *intake.missing)
        rules, before = Rules(attempt=options.attempt, policy=options.policy), Rules.from_settings(store.settings())
        if before.policy and not rules.policy:
            on_note("The late penalty of the last time was not given, so being late costs nothing now.")
        store.keep_shown(rules.as_settings(), absent)
        earlier = tuple(store.earlier())
        results.write(
            store,
            intake,
            options.folder,
            attempt=options.attempt,
            policy=options.policy,
            pairs=pairs or (),
            earlier=earlier,
        )
    graded = len(todo) - len(failed)
    return Summary(intake=intake, graded=graded, kept=kept, failed=tuple(failed), pairs=pairs, earlier=earlier)


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


def _pairs(intake: Intake, stubs: Mapping[str, str] | None, folder: Path) -> tuple[Pair, ...] | None:
    """The pairs that are alike, their pages written instead of those of an earlier run; None where nobody asked."""
    if stubs is None:
        remove_pairs(folder)
        return None
    from grader.batch.similar import find_alike
    from grader.batch.similar_pages import write_pages

    return write_pages(folder, find_alike(intake.entries, stubs))


def _overrides(options: Options, store: Store, without_work: Iterable[Student]) -> tuple[Override | TakenBack, ...]:
    """The scores set by hand, read when all are filed and before anything is graded: a slip must not cost hours."""
    if options.overrides is None:
        return ()
    everybody = {each.key: each for each in (*without_work, *store.students())}
    points = store.max_scores() | {each.id: each.points for each in options.exercises}
    return read_overrides(options.overrides, points, Directory(everybody.values()))


def _store(options: Options, intake: Intake) -> Store:
    """The folder's store, which is made for an input that holds something to grade: one that is refused leaves none."""
    if not intake.entries:
        raise UsageFault(f"There is no submission in {options.source}.", hint=_why_empty(intake))
    return Store(options.folder)


def _why_empty(intake: Intake) -> str:
    if not intake.left_out:
        return "It has no files."
    first = intake.left_out[0]
    return f"Its {len(intake.left_out)} files were left out; {first.name}: {first.reason}"


def _filing(store: Store, entries: Sequence[Entry], options: Options) -> Filing:
    exercises = {each.id: fingerprint(each, options.seed) for each in options.exercises}
    return store.file((entry, key_of(entry, exercises[entry.exercise])) for entry in entries)


def _grade(
    store: Store, todo: list[tuple[Filed, Entry]], options: Options, on_done: Callable[[int], None], on_note: Note
) -> list[tuple[str, str]]:
    """Grade and commit. Returns the names of what could not be graded, with the reasons."""
    by_id = {filed.id: (filed, entry) for filed, entry in todo}
    failed: list[tuple[str, str]] = []
    on_done(0)
    if not todo:
        return failed
    store.forget_written(by_id)
    with _workers(options, len(todo), on_note) as pool:
        class_report.prepare()  # while they get ready
        hold_isolation(pool.isolation(), options.isolation)
        for done, outcome in enumerate(pool.grade(_tasks(store, todo, failed)), start=1):
            filed, entry = by_id[outcome.id]
            match outcome:
                case Lost():
                    store.note_problem(filed, outcome.reason)
                    failed.append((entry.name, outcome.reason))
                case Outcome() if outcome.score is None and store.has_result(filed):  # what is known stays known
                    store.note_problem(filed, outcome.reason)
                    failed.append((entry.name, outcome.reason))
                case Outcome():
                    results.write_report(options.folder, entry.student.key, entry.exercise, entry.attempt, outcome)
                    store.add(filed, outcome)
                    if outcome.score is None:
                        failed.append((entry.name, outcome.reason))
            on_done(done)
    return failed


def _workers(options: Options, most: int, on_note: Note) -> Pool | Cluster:
    if options.scheduler is None:
        return Pool(min(options.jobs, most), Setup(packs=options.packs, seed=options.seed))
    from grader.batch.cluster import Cluster

    exercises, isolation = options.exercises, options.isolation
    return Cluster(options.scheduler, exercises, seed=options.seed, isolation=isolation, on_refused=on_note)


def _tasks(store: Store, todo: list[tuple[Filed, Entry]], failed: list[tuple[str, str]]) -> Iterator[Task]:
    for filed, entry in todo:
        name = PurePosixPath(entry.name).name
        try:
            task = Task(id=filed.id, exercise=entry.exercise, name=name, data=entry.source.read())
        except Unreadable as fault:
            task = Task(id=filed.id, exercise=entry.exercise, name=name, unreadable=(fault.message, fault.hint))
        except GraderFault as fault:  # the export is damaged, or the disk: no fault of the student's
            store.note_problem(filed, fault.message)
            failed.append((entry.name, fault.message))
            continue
        yield task
