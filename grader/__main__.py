"""`python -m grader` is `grade`."""

from grader.cli import entry_point

entry_point()
