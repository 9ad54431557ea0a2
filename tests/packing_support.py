"""A pack made by the real command, and unpacked where its platform would have it."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path

from conftest import ROOT

Finished = subprocess.CompletedProcess


def run(*command: str | Path, cwd: Path, **environment: str) -> Finished[str]:
    """A command as a platform runs it: without the checkout on Python's path, and without a package index."""
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**clean, "PIP_NO_INDEX": "1", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def grade(folder: Path, *arguments: str | Path) -> Finished[str]:
    """`grade` of this checkout, as an instructor types it in `folder`."""
    return run(sys.executable, "-m", "grader", *arguments, cwd=folder, PYTHONPATH=str(ROOT))


def packed(folder: Path, exercise: str, platform: str, *options: str | Path) -> Path:
    """The archive that `grade pack` writes."""
    done = grade(folder, "pack", exercise, "--for", platform, "-o", "pack.zip", *options)
    assert done.returncode == 0, done.stderr
    return folder / "pack.zip"


def unpack(archive: Path, folder: Path) -> None:
    """As unzip does: with the modes that the archive asks for."""
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            Path(opened.extract(info, folder)).chmod(info.external_attr >> 16 & 0o777)


def environment_with_torch(folder: Path) -> None:
    """A virtual environment in which all that would have to be fetched is found already: what the tests run with."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "with_torch.pth").write_text(sysconfig.get_path("purelib") + "\n")


def texts(archive: Path) -> dict[str, bytes]:
    """Every file of an archive and of the archives in it, by name."""
    return dict(_texts(archive.read_bytes(), ""))


def _texts(data: bytes, prefix: str) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        for name in opened.namelist():
            inner = opened.read(name)
            yield prefix + name, inner
            if name.endswith((".whl", ".zip")):
                yield from _texts(inner, f"{prefix}{name}/")
