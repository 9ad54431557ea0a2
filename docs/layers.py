"""Writes the table in docs/security.md that says what each layer holds alone: the hostile corpus run without it.

    python docs/layers.py

Linux. Run it as a user without rights, on a machine or in a mount namespace whose /tmp, /var/tmp and /dev/shm you can
throw away: an attack that a missing layer lets through really happens. It takes some minutes; what the table shows is
what got through on this machine, not what ought to.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]

import hostile_support as support  # noqa: E402
from hostile_support import CANARY, Attack, Canaries  # noqa: E402

from grader.exercise import Exercise  # noqa: E402
from grader.grading import grade  # noqa: E402
from grader.model import Verdict  # noqa: E402
from grader.sandbox.launch import Launcher  # noqa: E402
from grader.sandbox.start import start_launcher  # noqa: E402
from grader.submission import read_submission  # noqa: E402

PAGE = ROOT / "docs" / "security.md"
BEGIN, END = "<!-- layers: written by docs/layers.py -->", "<!-- end of layers -->"
LAYERS = {
    "": "nothing",
    "landlock": "Landlock",
    "seccomp": "seccomp",
    "rlimits": "resource limits",
    "threads": "the count of threads",
    "capabilities": "dropping capabilities",
    "namespaces": "namespaces, and with them bounded scratch",
    "storage": "bounded scratch",
    "cgroups": "the control group",
}
KNOWN = {
    "a_forging/detects_the_bent_autograd",
    "a_forging/lies_about_the_callers_tensor",
    "a_forging/autograd_under_the_hand",
}


def came_through(attack: Attack, launcher: Launcher, canaries: Canaries, exercises: dict[str, Exercise]) -> bool:
    """Whether an attack got what it wanted, or was not stopped as it should be."""
    before = set(support.leftovers(launcher.scratch_root))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / attack.path.name
        path.write_bytes(canaries.fill_in(attack.path.read_bytes()))
        report = grade(exercises[attack.exercise], read_submission(path), launcher)
    got = [
        report.verdict not in {*attack.verdicts, Verdict.TIMED_OUT},
        (report.score or 0) > attack.most_points,
        CANARY in support.everything_said(report),
        bool(canaries.heard()),
        bool(canaries.changed()),
        bool(set(support.leftovers(launcher.scratch_root)) - before),
    ]
    canaries.look_again()
    return any(got)


def row(layer: str, name: str, canaries: Canaries) -> str:
    """One line of the table: the corpus without `layer`."""
    exercises = {each: support.tight(each) for each in ("ex1", "probe")}
    attacks = [attack for attack in support.attacks() if attack.id not in KNOWN]
    through: list[str] = []
    launcher = start_launcher(warm=True, without=frozenset({layer} - {""}))
    try:
        for attack in attacks:
            if came_through(attack, launcher, canaries, exercises):
                through.append(attack.id)
                launcher.close()  # it may be no more what it was
                launcher = start_launcher(warm=True, without=frozenset({layer} - {""}))
    finally:
        launcher.close()
    print(name, len(through), through, file=sys.stderr, flush=True)
    return f"| {name} | {len(through)} of {len(attacks)} | {', '.join(f'`{each}`' for each in through) or 'none'} |"


def main() -> None:
    """Run the corpus once for each layer and rewrite the table."""
    if os.geteuid() == 0:
        sys.exit("Run this as a user without rights: what a missing layer lets through really happens.")
    with tempfile.TemporaryDirectory() as folder:
        canaries = Canaries(Path(folder))
        os.environ["HOSTILE_SECRET"] = f"{CANARY}environment"
        rows = [row(layer, name, canaries) for layer, name in LAYERS.items()]
        canaries.close()
    table = "\n".join(["| Left out | Attacks that get through | Which |", "|---|---|---|", *rows])
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(table, encoding="utf-8")
        return
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
