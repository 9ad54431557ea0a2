"""The walks among the pages of docs/, done as they stand; and the runner that does them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import ROOT, RunGrade
from nbclient import NotebookClient
from walks import Command, File, steps, walk

DOCS = ROOT / "docs"
WALKS = ("student", "instructor", "course-author", "ci", "gradescope")

# GitHub's own command, as far as docs/ci.md uses it: two students have made a repository from the template.
GH = """#!/bin/sh
set -eu
case "$1 $2" in
"repo list")
    printf 'ex2-student1\\nex2-student2\\n' ;;
"repo clone")
    mkdir -p "$4" && cp -R ex2-template/. "$4"
    if [ "$3" = my-course/ex2-student1 ]; then cp reference/ex2_classifier/solution.py "$4/ex2.py"; fi ;;
esac
"""
REPOSITORIES = (
    '[{"name": "grader", "isTemplate": false}, {"name": "ex2-template", "isTemplate": true},'
    ' {"name": "ex2-student1", "isTemplate": false}, {"name": "ex2-student2", "isTemplate": false}]'
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the pages grade a class, and show what Linux prints")


@pytest.mark.parametrize("name", WALKS)
def test_the_walk_goes_as_the_page_says(name: str, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").write_text(GH)
    (tmp_path / "bin" / "gh").chmod(0o755)
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "reference").symlink_to(ROOT / "reference")  # what the pages use of a copy of the repository
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(tmp_path / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]),
        "GRADER_PROGRESS": str(tmp_path / "progress.json"),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "80",
    }
    assert walk((DOCS / f"{name}.md").read_text(encoding="utf-8"), folder, environment) > 0


def test_the_notebook_ends_as_the_students_page_says_and_checks_itself(run_grade: RunGrade, tmp_path: Path) -> None:
    page = (DOCS / "student.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```python\n(import grader\n.*?)\n```$", page, re.MULTILINE | re.DOTALL)
    assert run_grade("start", "ex2", "--notebook").returncode == 0
    notebook = nbformat.read(tmp_path / "ex2.ipynb", as_version=4)
    assert notebook.cells[-1].source == shown
    NotebookClient(notebook, timeout=120, allow_errors=True).execute()  # the stub raises
    assert "0/10" in str(notebook.cells[-1].outputs)


@pytest.mark.skipif(shutil.which("jq") is None, reason="needs jq")
def test_the_students_repositories_are_cloned_and_no_other() -> None:
    filters = re.findall(r"--jq '(.*?)'", (DOCS / "ci.md").read_text(encoding="utf-8"))
    assert len(filters) == 2
    for each in filters:
        done = subprocess.run(["jq", "-r", each], input=REPOSITORIES, capture_output=True, text=True, check=True)
        assert done.stdout == "ex2-student1\nex2-student2\n"


# --- the runner --------------------------------------------------------------------------------------------

PAGE = """\
Words, and `code` in words.

`a/b.txt`

```
one
two
```

```sh
exit 7
```

1. In a list:

   ```console
   $ cat a/b.txt; echo >&2 three
   one
   ...ee
   $ true
   ```

<!-- exit code 3 -->
```console
$ sh -c 'exit 3'
```

```console
$ echo begun; exec sleep 60
begun
^C
```
"""


def test_a_page_is_files_and_what_is_typed() -> None:
    assert list(steps(PAGE)) == [
        File("a/b.txt", "one\ntwo\n"),
        Command("cat a/b.txt; echo >&2 three", "one\n...ee", 0, False),
        Command("true", "", 0, False),
        Command("sh -c 'exit 3'", "", 3, False),
        Command("echo begun; exec sleep 60", "begun", 0, True),
    ]


def test_a_walk_goes_from_the_top_to_the_end(tmp_path: Path) -> None:
    page = PAGE.replace("echo begun; exec sleep", "trap 'exit 0' INT; echo begun; sleep")
    assert walk(page, tmp_path, os.environ) == 4
    assert (tmp_path / "a" / "b.txt").read_text() == "one\ntwo\n"


@pytest.mark.parametrize(
    ("shown", "other"),
    [
        ("one\n   ...ee", "one"),  # something was printed that is not shown
        ("...ee", "...eee"),
        ("$ true\n", "$ true\n   more\n"),  # something is shown that was not printed
        ("exit code 3", "exit code 4"),
        ("<!-- exit code 3 -->\n", ""),
        ("begun\n^C", "begin\n^C"),
    ],
)
def test_every_surprise_ends_it(tmp_path: Path, shown: str, other: str) -> None:
    page = PAGE.replace("exec sleep 60", "echo; exec sleep 0.1").replace(shown, other)
    assert page.count(other) >= 1
    with pytest.raises(AssertionError, match=r"^\$ "):
        walk(page, tmp_path, os.environ)


def test_a_session_begins_with_what_is_typed() -> None:
    with pytest.raises(AssertionError, match="begins with what is typed"):
        list(steps("```console\nprinted\n$ true\n```\n"))
