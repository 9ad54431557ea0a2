"""Grades @@exercise in Classroom 50's runner: installs the grader, and leaves result.json in the student's checkout."""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

EXERCISE = "@@exercise"
FILE = "@@file"
GRADER = "@@requirement"
CPU_BUILDS = "https://download.pytorch.org/whl/cpu"
RESULT = Path("result.json")


def main() -> int:
    RESULT.unlink(missing_ok=True)  # one that was handed in is none of ours
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        programs = Path(folder, "bin")
        install: list[str | Path] = [programs / "pip", "install", "--quiet"]
        subprocess.run([*install, "--index-url", CPU_BUILDS, "torch"], check=True)
        subprocess.run([*install, GRADER], check=True)
        command: list[str | Path] = [
            programs / "grade",
            "run",
            "--format",
            "classroom50",
            "-o",
            RESULT,
            "--",
            EXERCISE,
            FILE,
        ]
        code = subprocess.run(command, check=False).returncode
    # 0 and 1: graded. After anything else the runner says that the autograder failed, and nobody gets a zero.
    return 0 if code in (0, 1) else code


if __name__ == "__main__":
    sys.exit(main())
