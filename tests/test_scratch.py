"""The scratch folder: what somebody else put into it may neither lead us out of it nor stay behind."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from grader.sandbox.scratch import Scratch, open_scratch_root, remove_tree

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and descriptors of folders as POSIX has them")


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    """A scratch folder beneath a fresh root."""
    (tmp_path / "root").mkdir()
    return Scratch(open_scratch_root(tmp_path / "root"))


def test_files_come_back_as_they_were_written(scratch: Scratch) -> None:
    path = scratch.write("a.pt", b"data")
    assert Path(path).read_bytes() == b"data"
    assert scratch.read("a.pt") == b"data"
    assert scratch.names() == ["a.pt"]
    scratch.close()
    assert not scratch.root.exists()


def test_links_are_not_followed(scratch: Scratch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (scratch.work / "link").symlink_to(secret)
    os.mkfifo(scratch.work / "pipe")
    assert scratch.read("link") is None
    assert scratch.read("pipe") is None
    assert scratch.read("nothing") is None
    with pytest.raises(FileExistsError):
        scratch.write("link", b"overwritten")
    scratch.close()
    assert secret.read_text() == "secret"


def test_a_working_folder_that_became_a_link_is_not_entered(scratch: Scratch, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a").write_text("secret")
    scratch.work.rmdir()
    scratch.work.symlink_to(outside)
    assert scratch.read("a") is None
    assert scratch.names() == []
    with pytest.raises(OSError, match="work"):
        scratch.write("b", b"data")
    scratch.close()
    assert (outside / "a").read_text() == "secret"


def test_deep_wide_and_locked_folders_are_removed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    here = os.open(root, os.O_RDONLY)
    for _ in range(3000):  # deeper than any path and any stack
        os.mkdir("deep", dir_fd=here)
        inner = os.open("deep", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    locked = root / "locked" / "inner"
    locked.mkdir(parents=True)
    for number in range(300):
        (locked / f"{number}.txt").touch()
    (root / "0-1").mkdir()
    (root / "0-1" / "file").touch()
    locked.chmod(0)
    locked.parent.chmod(0)
    remove_tree(root)
    assert not root.exists()
