"""An exercise's checks under pytest, so that an author can debug one with pytest's own tools.

    pytest exercises/ex1_sum_of_cubes/checks.py --submission my_solution.py [--submission-seed 7] [--pdb] [-k gradient]

Each check is one test. It runs in pytest's process, where the judging belongs; the submission runs in the sandbox
as ever. Without --submission this plugin does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from grader.checks import Check
    from grader.sandbox.launch import Launcher
    from grader.sandbox.session import Session


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register --submission and --submission-seed."""
    group = parser.getgroup("grader", "checks of PyTorch exercises")
    group.addoption("--submission", type=Path, help="hold this file to the checks.py that is named")
    group.addoption("--submission-seed", type=int, default=0, help="the seed that inputs are drawn from")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the checks.py of an exercise folder."""
    is_exercise = file_path.name == "checks.py" and (file_path.parent / "exercise.toml").is_file()
    if not is_exercise or parent.config.getoption("--submission") is None:
        return None
    return ChecksFile.from_parent(parent, path=file_path)


class ChecksFile(pytest.File):
    """The checks of one exercise, and the submission that is held to them."""

    session_under_test: Session
    _launcher: Launcher

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each check."""
        from grader.exercise import read_exercise
        from grader.loading import load_checks

        self.exercise = read_exercise(self.path.parent)
        for check in load_checks(self.exercise):
            yield CheckItem.from_parent(self, name=check.id, check=check)

    def setup(self) -> None:
        """Open the submission in a sandbox."""
        from grader.grading import derived_seed
        from grader.sandbox.session import Session
        from grader.sandbox.start import start_launcher
        from grader.submission import read_submission

        submission = read_submission(self.config.getoption("--submission"))
        seed = derived_seed(self.config.getoption("--submission-seed"), self.exercise.id)
        self._launcher = start_launcher(warm=False)
        self.session_under_test = Session(self._launcher, submission, self.exercise.limits, seed=seed)
        self.session_under_test.open()

    def teardown(self) -> None:
        """End the sandbox."""
        self.session_under_test.close()
        self._launcher.close()


class CheckItem(pytest.Item):
    """One check as a test."""

    def __init__(self, *, check: Check, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.check = check

    def runtest(self) -> None:
        """Run the check; it passes by returning."""
        from grader.checks import Probe
        from grader.grading import run_check

        file = self.parent
        assert isinstance(file, ChecksFile)
        session = file.session_under_test
        seed = self.config.getoption("--submission-seed")
        run_check(file.exercise, self.check, Probe(session), session, seed=seed)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What the report would say, for what a report would hold; a traceback for a fault of the check itself."""
        from grader.errors import SubmissionFault
        from grader.expect import CheckFailed
        from grader.judge import judge

        end = excinfo.value
        if not isinstance(end, (CheckFailed, SubmissionFault)):
            return super().repr_failure(excinfo, style)
        file = self.parent
        assert isinstance(file, ChecksFile)
        result = judge(file.exercise, self.check, end)
        lines = [f"{place.line}: {place.code}" for place in result.trace]
        named = f"mistake: {result.mistake}" if result.mistake else ""
        return "\n".join(
            line for line in (result.reason, result.why, result.detail, *lines, result.hint, result.see, named) if line
        )

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the check stands, and its title."""
        return self.path, None, self.check.title
