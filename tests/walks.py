"""Pages that are walks: what they show is written and typed in one fresh folder, from the top of the page to its end.

A page shows two things that are acted on:

- A file: a block of code below a line with nothing but its name, as in `ex1.py`.
- A session: a block of ```console. Each line that begins with "$ " is typed into bash, and what stands below it, up to
  the next one, is all that must appear. "..." stands for anything, several lines included. Where the last of these
  lines is ^C, that is pressed once the rest has appeared.

Commands end with exit code 0, or with 1 in a block right below <!-- exit code 1 -->. Any other block without a name,
such as one of ```sh, is not run: it installs from an index, or needs an account. What is not typed is said in words.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from processes import PATIENCE_S

CTRL_C = "^C"
WHILE_IT_LASTS = re.compile(r"^\d+ of \d+ graded, .*\n", re.MULTILINE)  # of `grade batch`, on a slow machine


@dataclass(frozen=True)
class File:
    """A file that a page shows."""

    name: str
    text: str


@dataclass(frozen=True)
class Command:
    """A line that a page types, what it shows below, and the exit code; `interrupted` by Ctrl-C in the end."""

    typed: str
    shown: str
    code: int
    interrupted: bool

    def matches(self, printed: str) -> bool:
        pieces = map(re.escape, self.shown.split("..."))
        return re.fullmatch(".*?".join(pieces), _tidy(printed), re.DOTALL) is not None


def steps(page: str) -> Iterator[File | Command]:
    """What a page does, in order."""
    above = ""
    for token in MarkdownIt().parse(page):
        if token.type == "fence":
            if token.info == "console":
                code = re.fullmatch(r"<!-- exit code (\d+) -->", above)
                yield from _commands(token.content, int(code[1]) if code else 0)
            elif name := re.fullmatch(r"`([^`\s]+)`", above):
                yield File(name[1], token.content)
        if token.type in ("inline", "html_block", "fence"):
            above = token.content.strip()


def _commands(block: str, code: int) -> Iterator[Command]:
    before, *entries = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert not before, f"a session begins with what is typed, and this one with {before!r}"
    for entry in entries:
        typed, _, shown = entry.partition("\n")
        shown = _tidy(shown)
        interrupted = shown.endswith(CTRL_C)
        yield Command(typed, _tidy(shown.removesuffix(CTRL_C)), code, interrupted)


def walk(page: str, folder: Path, environment: Mapping[str, str]) -> int:
    """Do all that a page shows; how many commands that were. Raises AssertionError at the first surprise."""
    count = 0
    for step in steps(page):
        if isinstance(step, File):
            path = folder / step.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text, encoding="utf-8")
        else:
            code, printed = _typed(step, folder, environment)
            came, shown = f"{_tidy(printed)}\n(exit code {code})", f"{step.shown}\n(exit code {step.code})"
            told = f"$ {step.typed}\n{came}\n--- and the page shows ---\n{shown}"
            assert step.matches(printed), told
            assert code == step.code, told
            count += 1
    return count


def _typed(command: Command, folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """The exit code of a command, and what it printed to either stream."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        process = subprocess.Popen(
            ["bash", "-c", command.typed],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            if command.interrupted:
                _wait_for(command, process, output.fileno())
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGINT)
            code = process.wait(timeout=PATIENCE_S)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        return code, _so_far(output.fileno())


def _wait_for(command: Command, process: subprocess.Popen[bytes], output: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while process.poll() is None and not command.matches(_so_far(output)):
        assert time.monotonic() < deadline, f"$ {command.typed}\n{_so_far(output)}\n--- and nothing more"
        time.sleep(0.05)


def _so_far(output: int) -> str:
    return WHILE_IT_LASTS.sub("", os.pread(output, os.fstat(output).st_size, 0).decode(errors="replace"))


def _tidy(text: str) -> str:
    """Without spaces at the ends of lines, which no reader sees, and without empty lines around."""
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n")
