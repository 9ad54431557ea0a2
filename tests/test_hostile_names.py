"""Hostile names through the real command line: of files, exercises and options, in every format and every refusal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from conftest import ENGINE_PACK

from grader.reporters import Format
from grader.reporters.json_report import json_schema

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names themselves")

NAMES = {
    "escapes": b"bad\x1b]0;x\x07\x1b[2J::error::.py",
    "commands": b"::error::.py",
    "lines": b"\n::error file=a::b\n  ::add-mask::x\r::stop-commands::y.py",
    "azure": b"##[error]##vso[task.complete].py",
    "no unicode": b"\xff\xfe\x9b31m.py",
    "bidi": "\u202egnp\u2066\u200b\u2028::error::.py".encode(),
    "markup": b"<script>alert(1)<img src=x onerror=alert(1)>'\"&.py",
    "template": b"{{ 7 * 7 }}{% raw %}[bold]x[red].py",
}
OBEYED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028\u202a-\u202e\u2066-\u2069\ud800-\udfff]|^\s*::|##\[|##vso\[",
    re.MULTILINE,
)
names = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())


def grade(folder: Path, *arguments: bytes | str | Path) -> tuple[int, str, str]:
    """Run `grade`; what it says must be inert, and no traceback. Gives exit code, output, errors."""
    command = [os.fsencode(part) for part in (Path(sys.executable).parent / "grade", *arguments)]
    ended = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    said = ended.stdout.decode("utf-8"), ended.stderr.decode("utf-8")
    for text in said:
        obeyed = OBEYED.search(text)
        assert obeyed is None, text[max(0, obeyed.start() - 80) : obeyed.end() + 80]
        assert "Traceback" not in text
    return ended.returncode, *said


@names
@pytest.mark.parametrize("kind", [Format.TERMINAL, Format.HTML, Format.JSON])
def test_a_submission_is_graded_whatever_its_name(tmp_path: Path, name: bytes, kind: Format) -> None:
    path = Path(os.fsdecode(bytes(tmp_path) + b"/" + name))
    path.write_text("def f(x): return 3 * x**2\ng = h = f\n")
    code, page, errors = grade(tmp_path, "plain", "--exercises", ENGINE_PACK, "--format", kind, "--", name)
    assert (code, errors) == (0, "")
    if kind is Format.HTML:
        assert not re.search("<script|<img", page)
    if kind is Format.JSON:
        report = json.loads(page)
        jsonschema.validate(report, json_schema())
        assert report["submission"]["name"]


@names
def test_a_report_is_written_and_named(tmp_path: Path, name: bytes) -> None:
    (tmp_path / "mine.py").write_text("f = g = h = None\n")
    code, output, errors = grade(tmp_path, "plain", "mine.py", "--exercises", ENGINE_PACK, "-o", name)
    assert (code, output) == (1, "")
    assert "The report is in" in errors
    assert name in os.listdir(bytes(tmp_path))


@names
def test_whatever_is_refused_is_refused_in_a_harmless_sentence(tmp_path: Path, name: bytes) -> None:
    (tmp_path / "mine.py").write_text("")
    folder, link = b"folder" + name, b"link" + name
    os.mkdir(bytes(tmp_path) + b"/" + name)
    os.symlink(b"/etc/hostname", bytes(tmp_path) + b"/" + link)
    for words, arguments in (
        ("There is no file", ("ex1", "--", folder)),
        ("is a folder", ("ex1", "--", name)),
        ("is a link", ("ex1", "--", link)),
        ("There is no exercise", (b"x" + name, "mine.py")),
        ("There is no exercise", ("show", "--", name)),
        ("is not one of", ("ex1", "mine.py", "--format", name)),
        ("is not a valid", ("ex1", "mine.py", "--seed", name)),
        ("does not exist", ("ex1", "mine.py", "--exercises", folder)),
        ("No such option", ("ex1", "mine.py", b"--" + name)),
        ("No such option", (b"--" + name,)),
        ("unexpected extra argument", ("ex1", "mine.py", name)),
        ("unexpected extra argument", ("list", name)),
        ("cannot be written", ("start", "ex1", "-o", folder + b"/" + name)),
    ):
        code, output, errors = grade(tmp_path, *arguments)
        assert (code, output) == (2, ""), (arguments, output)
        assert words in errors


@names
def test_a_stub_is_written_and_named(tmp_path: Path, name: bytes) -> None:
    assert grade(tmp_path, "start", "ex1", "-o", name)[0] == 0
    assert grade(tmp_path, "start", "ex1", "-o", name)[0] == 2
