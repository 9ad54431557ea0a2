"""Run by Classroom 50 in a checkout of the student's repository: installs PyTorch and the grader, and grades.

result.json says how it went, whatever the score. Where there is none, this ends with an error, and Classroom 50
records it as such.
"""

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = HERE / "venv" / "bin" / "python"
DEADLINE = time.monotonic() + 13 * 60  # the whole job has 15 minutes


def run(*command: object) -> None:
    """Run a command to its end. Raises where it fails, or where no time is left."""
    subprocess.run([str(part) for part in command], check=True, timeout=DEADLINE - time.monotonic())


def main() -> None:
    """Install, and grade what is in the working directory."""
    student = Path.cwd()
    if not PYTHON.exists():
        run(sys.executable, "-I", "-m", "venv", HERE / "venv")
    pip = [PYTHON, "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["-c", HERE / "constraints.txt"]
    run(*pip, "--index-url", "https://download.pytorch.org/whl/cpu", "torch")
    run(*pip, *HERE.glob("grader-*.whl"))
    run(PYTHON, "-P", "-m", "grader.packing.unattended", HERE, student, "classroom50", student / "result.json")


if __name__ == "__main__":
    main()
