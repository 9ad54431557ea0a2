"""What macOS offers: a sandbox profile, applied by sandbox-exec where that is present."""

from __future__ import annotations

import sys
from pathlib import Path

SANDBOX_EXEC = Path("/usr/bin/sandbox-exec")
OUR_PACKAGE = Path(__file__).resolve().parents[1]


def layers() -> list[str]:
    """The layers that the wrapper puts around a child."""
    return ["sandbox-exec"] if SANDBOX_EXEC.is_file() else []


def wrapper(scratch_root: Path) -> list[str]:
    """The command that runs another one under our profile; empty where there is no sandbox-exec."""
    if not SANDBOX_EXEC.is_file():
        return []
    return [str(SANDBOX_EXEC), "-p", profile(scratch_root, home=Path.home())]


def profile(scratch_root: Path, *, home: Path) -> str:
    """No network, no new programs, writing only in the scratch, and neither the home folder nor the exercises to read.

    In a profile the last rule that matches decides: what the interpreter needs is allowed again after the home
    folder is denied, and the exercises are denied after that.
    """
    ours = [OUR_PACKAGE / "exercises", OUR_PACKAGE.parent / "exercises", OUR_PACKAGE.parent / "reference"]
    needed = sorted({sys.prefix, sys.base_prefix, str(OUR_PACKAGE), *(path for path in sys.path if path)})
    rules = [
        "(version 1)",
        "(allow default)",
        "(deny network*)",
        "(deny process-exec*)",
        "(allow process-exec* "
        f"(literal {_quoted(Path(sys.executable).resolve())}) (literal {_quoted(sys.executable)}))",
        "(deny process-fork)",
        "(deny signal (target others))",
        "(deny file-write*)",
        f'(allow file-write* (subpath {_quoted(scratch_root)}) (literal "/dev/null"))',
        f"(deny file-read-data (subpath {_quoted(home)}))",
        *(f"(allow file-read-data (subpath {_quoted(path)}))" for path in needed),
        *(f"(deny file-read-data (subpath {_quoted(path)}))" for path in ours),
        f"(allow file-read-data (subpath {_quoted(scratch_root)}))",
    ]
    return "\n".join(rules)


def _quoted(path: Path | str) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
