"""What has no result yet: to whom it goes to be graded, and each result kept when it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from grader.batch import class_report, results
from grader.batch.filing import Filed
from grader.batch.intake.handed_in import Entry
from grader.batch.options import Options
from grader.batch.pool import Pool
from grader.batch.store import Store
from grader.batch.work import Lost, Outcome, Setup, Task
from grader.errors import GraderFault, Unreadable
from grader.isolation import hold_isolation

if TYPE_CHECKING:
    from grader.batch.cluster import Cluster


def grade_all(
    store: Store,
    todo: list[tuple[Filed, Entry]],
    options: Options,
    on_done: Callable[[int], None],
    on_note: Callable[[str], None],
) -> list[tuple[str, str]]:
    """Grade and commit. Returns the names of what could not be graded, with the reasons.

    `on_done` is told how many are done, `on_note` what somebody may want to see to while it goes on.
    Raises UsageFault and GraderFault where nothing can be graded.
    """
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
            if isinstance(outcome, Outcome) and (outcome.score is not None or not store.has_result(filed)):
                results.write_report(options.folder, entry.student.key, entry.exercise, entry.attempt, outcome)
                store.add(filed, outcome)
            else:  # what is known stays known
                store.note_problem(filed, outcome.reason)
            if isinstance(outcome, Lost) or outcome.score is None:
                failed.append((entry.name, outcome.reason))
            on_done(done)
    return failed


def _workers(options: Options, most: int, on_note: Callable[[str], None]) -> Pool | Cluster:
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
