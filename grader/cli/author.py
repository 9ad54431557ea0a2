"""The commands of those who write exercises, or want to know what their machine isolates."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import NoReturn

import click

from grader.cli.common import (
    EXIT_FULL,
    EXIT_NOT_FULL,
    exercise_argument,
    exercises_option,
    find,
    language_option,
    leave,
)
from grader.errors import UsageFault


@click.command()
@click.argument("name")
@click.option(
    "--exercises",
    "pack",
    default="exercises",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of your exercises.",
)
@click.option(
    "--reference",
    "references",
    default="reference",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder of what they are held to, which students never get.",
)
@click.pass_context
def new(context: click.Context, name: str, pack: Path, references: Path) -> None:
    """Write the exercise NAME to begin with, such as softmax_rows: small, whole, and yours to change."""
    from grader.skeleton.write import write_skeleton

    group = context.parent.command if context.parent else None
    if isinstance(group, click.Group) and (word := name.partition("_")[0]) in group.commands:
        raise UsageFault(f"`grade {word}` is a command, and no exercise can have that id.", hint="Take another name.")
    made = write_skeleton(name, pack=pack, references=references)
    click.echo(f"{made.folder} is the exercise {made.id}, {made.references} what it is held to. Make them yours:")
    for typed in (
        ("grade", made.id, made.references / "solution.py", "--exercises", pack),
        ("grade", "audit", made.id, "--exercises", pack, "--reference", references),
    ):
        click.echo(f"  {shlex.join(map(str, typed))}")


@click.command()
@exercise_argument
@language_option
@exercises_option
def texts(exercise: str, language: str, packs: tuple[Path, ...]) -> None:
    """Show all that EXERCISE says, in the form in which it is translated: texts.de.toml, for one."""
    from grader.loading import load_checks
    from grader.texts import as_toml

    found = find(exercise, packs, language)
    click.echo(as_toml(found.folder, language, {check.id: check.title for check in load_checks(found)}).rstrip("\n"))


@click.command()
@click.argument("exercises", nargs=-1)
@exercises_option
@click.option(
    "--reference",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of reference solutions.",
)
def audit(exercises: tuple[str, ...], packs: tuple[Path, ...], reference: Path | None) -> NoReturn:
    """Hold EXERCISES (all, if none is named) to their references and their right and wrong submissions."""
    from grader.audit import audit as hold

    problems = 0
    for finding in hold(exercises, packs=packs, reference=reference):
        click.echo(f"{finding.exercise:<5} {finding.subject:<40} {finding.problem or 'ok'}")
        problems += bool(finding.problem)
    click.echo(f"{problems} problem{'' if problems == 1 else 's'}." if problems else "All is as it should be.")
    leave(EXIT_NOT_FULL if problems else EXIT_FULL)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def doctor(as_json: bool) -> None:
    """Show what isolates student code on this machine, each layer by trying to break it."""
    from grader.doctor import examine, render_json, render_text
    from grader.sandbox.harden import Host, harden

    harden()
    findings = examine(host=Host.OURS)
    click.echo(render_json(findings) if as_json else render_text(findings))
