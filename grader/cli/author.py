"""The commands of those who write exercises, or want to know what their machine isolates."""

from __future__ import annotations

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
