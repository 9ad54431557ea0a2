"""`grade pack`: an exercise made into what Gradescope, Classroom 50 or a class takes."""

from __future__ import annotations

from pathlib import Path

import click

from grader.cli.common import exercise_argument, exercises_option, find, say
from grader.files import write_bytes
from grader.isolation import Isolation

_PLATFORMS = {  # as grader.packing.build.Platform has them: named here, so that --help imports nothing heavy
    "gradescope": "Upload it in Gradescope under Configure Autograder.",
    "classroom50": "Unzip it into CLASSROOM/autograders/ASSIGNMENT/ of your classroom50 repository.",
    "students": "Hand it out as it is.",
}


@click.command()
@exercise_argument
@click.option("--for", "platform", type=click.Choice([*_PLATFORMS]), required=True, help="Whom the pack is for.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The archive to write.  [default: such as ex2-gradescope.zip]",
)
@click.option(
    "--checks",
    type=click.Choice(["all", "public"]),
    help="Which checks go along.  [default: all for gradescope, else public]",
)
@click.option(
    "--isolation",
    type=click.Choice([each.value for each in Isolation]),
    default=Isolation.FULL.value,
    show_default=True,
    help="What must hold there before a file is run.",
)
@exercises_option
def pack(
    exercise: str, platform: str, output: Path | None, checks: str | None, isolation: str, packs: tuple[Path, ...]
) -> None:
    """Pack EXERCISE for a platform or for students, with the grader and without any reference.

    The README.md in the archive says what to do with it.
    """
    from grader.packing.build import Checks, Platform, usual_checks
    from grader.packing.build import pack as build

    found, whom = find(exercise, packs), Platform(platform)
    chosen = Checks(checks) if checks else usual_checks(whom)
    built = build(found, whom, checks=chosen, isolation=Isolation(isolation))
    output = output or Path(f"{found.id}-{platform}.zip")
    write_bytes(output, built.data)
    which = "all checks" if chosen is Checks.ALL else "public checks only"
    say(
        f"{output} is ready ({len(built.data) / 1e6:.1f} MB): {which}, {built.points} of {found.points} points.",
        err=False,
    )
    if whom is Platform.CLASSROOM50 and chosen is Checks.ALL:
        say("Anyone can read a bundle of Classroom 50 from its public address: its hidden checks are hidden no longer.")
    say(f"{_PLATFORMS[platform]} Its README.md has the steps.", err=False)
