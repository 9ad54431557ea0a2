"""This grader as a wheel without exercises, for an archive that brings its own.

It is made from the files that are running, by the format's own rules (PEP 427 and 376), so that packing needs neither a
checkout nor a build tool nor a network. Its version carries the label `bare`: pip takes it for another one than the
grader with its exercises.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
from pathlib import Path

import grader
from grader.errors import GraderFault
from grader.packing.archive import Member, zip_bytes

VERSION = f"{grader.__version__}+bare"
NAME = f"grader-{VERSION}-py3-none-any.whl"
_LEFT_OUT = ("__pycache__", "exercises")
_WHEEL = b"Wheel-Version: 1.0\nGenerator: grade pack\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def bare_wheel() -> Member:
    """The wheel, as a member of an archive. Raises GraderFault where the grader is not installed."""
    package = Path(grader.__file__).parent
    members = [Member(f"grader/{path.relative_to(package).as_posix()}", path.read_bytes()) for path in _files(package)]
    information = f"grader-{VERSION}.dist-info"
    members += [
        Member(f"{information}/METADATA", _metadata().encode()),
        Member(f"{information}/WHEEL", _WHEEL),
        Member(f"{information}/entry_points.txt", b"[console_scripts]\ngrade = grader.cli:entry_point\n"),
    ]
    record = f"{information}/RECORD"
    rows = [*map(_row, members), f"{record},,"]
    return Member(NAME, zip_bytes([*members, Member(record, "\n".join([*rows, ""]).encode())]))


def _files(package: Path) -> list[Path]:
    """The package's files, but for what is no source and for the built-in exercises."""
    paths = (path for path in package.rglob("*") if path.is_file())
    return [path for path in paths if not set(path.relative_to(package).parts) & set(_LEFT_OUT)]


def _metadata() -> str:
    """What pip reads of it: its name, and what it needs."""
    try:
        installed = importlib.metadata.metadata("grader")
    except importlib.metadata.PackageNotFoundError:
        raise GraderFault(
            "A pack holds the grader, and this one runs without having been installed.", hint="`pip install .` does it."
        ) from None
    needs = [need for need in installed.get_all("Requires-Dist", []) if "extra ==" not in need]
    lines = ["Metadata-Version: 2.1", "Name: grader", f"Version: {VERSION}"]
    lines += [f"Requires-Python: {installed['Requires-Python']}", *(f"Requires-Dist: {need}" for need in needs)]
    return "\n".join([*lines, ""])


def _row(member: Member) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(member.data).digest()).rstrip(b"=").decode()
    return f"{member.name},sha256={digest},{len(member.data)}"
