"""The three kinds of fault, kept apart by type: the submission's, the exercise author's, the grader's.

A `SubmissionFault` becomes part of a report. An `ExerciseFault` or a `GraderFault` becomes the verdict
`grader_error`: it is never a pass and never the student's zero. A `UsageFault` is a sentence to whoever typed
the command.
"""

from __future__ import annotations

from grader.model import Place


class Fault(Exception):
    """A fault that is worded for people: what is wrong, and what to try."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageFault(Fault):
    """The command line asks for something that is not there."""


class GraderFault(Fault):
    """The grader or the machine it runs on failed."""


class ExerciseFault(Fault):
    """An exercise folder is incomplete or contradicts itself."""


class SubmissionFault(Fault):
    """The submission did something that ends a call or the whole grading."""

    def __init__(self, message: str, *, hint: str = "", trace: tuple[Place, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.trace = trace


class Unreadable(SubmissionFault):
    """The file is no Python and no notebook: nothing of it was run."""


class Unmet(SubmissionFault):
    """The submission lacks what the exercise asks for: a name, a signature, an answer that can be handed over."""


class Raised(SubmissionFault):
    """The submission raised an exception. `error` is its type's name, `text` its message."""

    def __init__(self, error: str, text: str, *, trace: tuple[Place, ...] = (), hint: str = "") -> None:
        super().__init__(f"{error}: {text}" if text else error, hint=hint, trace=trace)
        self.error = error
        self.text = text


class TimedOut(SubmissionFault):
    """The submission was stopped at a time limit."""


class Crashed(SubmissionFault):
    """The submission's process died or was killed: a signal, an exit, memory, or a broken answer."""
