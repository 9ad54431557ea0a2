"""What several commands share."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from grader.text import inert

if TYPE_CHECKING:
    from grader.exercise import Exercise

EXIT_FULL, EXIT_NOT_FULL, EXIT_USAGE, EXIT_GRADER = 0, 1, 2, 3


def _exercises(ctx: click.Context, parameter: click.Parameter, typed: str) -> list[str]:
    return exercises_from(typed)


def exercises_from(typed: str) -> list[str]:
    """The ids of the built-in exercises that begin so: what a shell offers when Tab is pressed."""
    from grader.exercise import exercise_folders

    ids = [folder.name.partition("_")[0] for folder in exercise_folders()]
    return [id_ for id_ in ids if id_.startswith(typed)]


exercise_argument = click.argument("exercise", shell_complete=_exercises)
exercises_option = click.option(
    "--exercises",
    "packs",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with exercises of your own, beside the built-in ones.",
)
seed_option = click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True, help="Inputs are drawn from it."
)

language_option = click.option(
    "--language",
    envvar="GRADER_LANGUAGE",
    default="en",
    show_default=True,
    help="Of the exercise's texts, where it has some in it: de, fr, pt-BR, ...  [also: GRADER_LANGUAGE]",
)


def find(name: str, packs: tuple[Path, ...], language: str = "en") -> Exercise:
    """The exercise of this name, the module that reads it imported when it is wanted. Raises UsageFault."""
    from grader.exercise import find_exercise

    return find_exercise(name, packs, language=language)


def say(sentence: str, *, err: bool = True) -> None:
    """One line to whoever typed the command; a file's name in it may hold anything, and steers no terminal or CI."""
    line = inert(sentence).replace("\n", " ")
    click.echo(f"\\{line}" if line.lstrip().startswith("::") else line, err=err)


def leave(code: int) -> NoReturn:
    """End the process at once: torch's tear-down takes a third of a second that nobody gains from."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
