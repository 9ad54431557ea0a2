"""The whole way of one submission: sandbox, checks, results, report."""

from __future__ import annotations

import contextlib
import hashlib
import platform
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch

from grader import __version__
from grader.checks import Check, Probe
from grader.errors import ExerciseFault, Fault, SubmissionFault, UsageFault
from grader.exercise import Exercise
from grader.expect import CheckFailed
from grader.isolation import Isolation
from grader.judge import Words, clean_trace, fault_words, judge, known_mistake, skipped
from grader.loading import load_checks
from grader.model import Accelerator, CheckResult, Environment, Report, Status, SubmissionId, Verdict
from grader.sandbox.launch import Launcher
from grader.sandbox.session import Session
from grader.score import hold_complete, score, verdict
from grader.submission import Submission
from grader.text import clean

MOST_OUTPUT = 20_000  # characters of the submission's output in a report


def grade(
    exercise: Exercise,
    submission: Submission,
    launcher: Launcher,
    *,
    seed: int = 0,
    accelerator: Accelerator = Accelerator.SIMULATED,
    isolation: Isolation = Isolation.REDUCED,
    checks: Sequence[Check] | None = None,
) -> Report:
    """Grade one submission: never raises for what a submission, an exercise or the sandbox does wrong.

    Raises UsageFault where full isolation is wanted and does not hold, before anything of the submission has run.

    The same submission, exercise, seed and machine give the same report, but for its durations. With a real
    accelerator a submission is let at its driver: not for code that may be hostile. `checks`: those of the exercise,
    where they have been loaded before.
    """
    started = time.perf_counter()
    run = _Run(exercise, submission.id, seed)
    child_seed = derived_seed(seed, exercise.id)
    session = Session(
        launcher, submission, exercise.limits, seed=child_seed, accelerator=accelerator, isolation=isolation
    )
    try:
        with _one_thread(), session:
            checks = load_checks(exercise) if checks is None else checks
            session.open()
            for check in checks:
                run.take(check, session)
            hold_complete(checks, run.results)
    except UsageFault:
        raise
    except SubmissionFault as fault:  # not a check but the import ended this way: there is nothing to check
        run.stopped_by = fault
    except Fault as fault:  # also where the sandbox fails while it is closed
        run.broken_by = fault
    return run.report(session, duration_s=time.perf_counter() - started)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """The tensors here are small: more threads cost ten times what they save, and last digits that depend on them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@dataclass(slots=True)
class _Run:
    """What has come out so far. `faults` are those that ended a check."""

    exercise: Exercise
    identity: SubmissionId
    seed: int
    results: list[CheckResult] = field(default_factory=list)
    advice: dict[str, str] = field(default_factory=dict)
    faults: list[SubmissionFault] = field(default_factory=list)
    stopped_by: SubmissionFault | None = None
    broken_by: Fault | None = None

    def take(self, check: Check, session: Session) -> None:
        """Run one check, unless one that it needs has not passed."""
        unmet = [result for result in self.results if result.id in check.needs and result.status is not Status.PASS]
        if unmet:
            self.results.append(skipped(check, unmet[0].title))
            return
        started = time.perf_counter()
        probe = Probe(session)
        end = _end_of(self.exercise, check, probe, session, self.seed)
        if isinstance(end, SubmissionFault):
            self.faults.append(end)
        duration = time.perf_counter() - started
        self.results.append(
            judge(self.exercise, check, end, figures=probe.figures, maps=probe.maps, duration_s=duration)
        )
        self.advice.update({advice: self._advice(advice) for advice in probe.advice})

    def _advice(self, advice: str) -> str:
        try:
            return self.exercise.advice[advice]
        except KeyError:
            raise ExerciseFault(f"{self.exercise.id} has no advice {advice!r} in its exercise.toml.") from None

    def report(self, session: Session, *, duration_s: float) -> Report:
        """Everything known, as a report."""
        fault = self.broken_by or self.stopped_by
        mistake = known_mistake(self.exercise, self.stopped_by) if self.stopped_by else None
        words = fault_words(mistake, fault) if fault else Words()
        return Report(
            exercise=self.exercise.id,
            title=self.exercise.title,
            submission=self.identity,
            verdict=self._verdict(),
            score=None if self.broken_by else score(self.results),
            max_score=self.exercise.points,
            seed=self.seed,
            checks=tuple(self.results),
            environment=Environment(
                python=platform.python_version(),
                torch=str(torch.__version__),  # its own class, unpickled in a batch, would import torch there
                grader=__version__,
                isolation=session.isolation,
            ),
            reason=clean(words.reason, limit=1000),
            why=clean(words.why, limit=1000),
            hint=clean(words.hint, limit=1000),
            see=words.see,
            trace=clean_trace(self.stopped_by.trace) if self.stopped_by else (),
            advice=tuple(self.advice.values()),
            output=clean(session.output, limit=MOST_OUTPUT),
            language=self.exercise.language,
            duration_s=duration_s,
        )

    def _verdict(self) -> Verdict:
        if self.broken_by:
            return Verdict.GRADER_ERROR
        return verdict(self.results, self.faults, stopped_by=self.stopped_by)


def _end_of(exercise: Exercise, check: Check, probe: Probe, session: Session, seed: int) -> Exception | None:
    """How a check ended: None where it returned. Raises ExerciseFault for a fault of the check itself."""
    try:
        run_check(exercise, check, probe, session, seed=seed)
    except (CheckFailed, SubmissionFault) as end:
        return end
    except Fault:
        raise
    except Exception as problem:
        raise ExerciseFault(f"The check {check.id} of {exercise.id} broke: {problem!r}.") from problem
    return None


def run_check(exercise: Exercise, check: Check, probe: Probe, session: Session, *, seed: int) -> None:
    """Run one check with its own seeds, for the submission and for the inputs. Returns where it passes."""
    session.begin(derived_seed(seed, exercise.id, check.id, "child"))
    check.run(probe, torch.Generator().manual_seed(derived_seed(seed, exercise.id, check.id)))


def derived_seed(seed: int, *names: str) -> int:
    """A seed of its own for each purpose, so that inputs drawn for one check say nothing about another's."""
    return int.from_bytes(hashlib.sha256("/".join([str(seed), *names]).encode()).digest()[:7], "big")
