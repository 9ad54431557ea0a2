"""The layers that bound a child from around it: its user, its file system, its control group, its devices."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("these layers are Linux's", allow_module_level=True)

from confinement_support import Zygote, with_the_systems_python
from processes import wait_until

from grader.sandbox.inside import cgroups, devices, landlock, policy
from grader.sandbox.start import start_launcher

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only a child of root becomes another user")


@pytest.fixture(scope="module")
def plain() -> Iterator[Zygote]:
    """A zygote without torch, as root where the tests run as root."""
    started = with_the_systems_python(uid=None)
    yield started
    started.close()


def needs(zygote: Zygote, layer: str) -> None:
    if layer not in zygote.run("").layers:
        pytest.skip(f"this machine does not offer the layer {layer}")


@ROOT_ONLY
def test_a_child_of_root_is_a_user_without_rights_and_without_a_way_back(plain: Zygote) -> None:
    needs(plain, "user-of-its-own")
    outcome = plain.run("""
import os
print(len({*os.getresuid(), *os.getresgid()}), os.getuid() >= 65534, os.getgroups())
attempt(os.setresuid, 0, 0, 0)
attempt(os.seteuid, 0)
print(os.access(scratch, os.W_OK), os.access('/etc/shadow', os.R_OK), os.access(outside['home'], os.W_OK))
open('mine', 'w').write('x')
""")
    assert outcome.output.splitlines() == [
        "1 True []",
        "refused: PermissionError",
        "refused: PermissionError",
        "True False False",
    ]
    assert outcome.left == ["mine"]


@ROOT_ONLY
def test_without_the_layer_a_child_of_root_keeps_its_effective_user() -> None:
    zygote = Zygote(sys.executable, with_torch=False, without=("user",))
    outcome = zygote.run("import os; print(os.geteuid())")
    zygote.close()
    assert (outcome.output, "user-of-its-own" in outcome.layers) == ("0\n", False)


FILL = """
written = 0
try:
    for number in range(1000):
        with open(str(number), 'wb') as file:
            for _ in range(8):
                written += file.write(bytes(1 << 20))
                file.flush()
except OSError as problem:
    print(problem.strerror, written >> 20)
"""


def test_all_files_together_are_bounded(plain: Zygote) -> None:
    needs(plain, "bounded-scratch")
    assert plain.run(FILL, disk_bytes=20 << 20).output == "No space left on device 20\n"
    assert plain.run(FILL, disk_bytes=40 << 20).output == "No space left on device 40\n"
    assert plain.run(FILL, disk_bytes=20 << 20).output == "No space left on device 20\n"


def test_the_number_of_files_is_bounded(plain: Zygote) -> None:
    needs(plain, "bounded-scratch")
    outcome = plain.run(
        """
count = 0
try:
    for count in range(100_000):
        open(str(count), 'w').close()
except OSError as problem:
    print(problem.strerror, 500 <= count <= 600)
""",
        files=500,
    )
    assert outcome.output == "No space left on device True\n"
    assert plain.run("open('next', 'w').close()").left == ["next"]


def test_nothing_in_scratch_can_be_executed(plain: Zygote) -> None:
    needs(plain, "bounded-scratch")
    outcome = plain.run("""
import mmap
with open('code', 'w+b') as file:
    file.write(bytes(4096))
    file.flush()
    attempt(mmap.mmap, file.fileno(), 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)
""")
    assert outcome.output == "refused: PermissionError\n"


def test_the_control_group_holds_where_no_limit_of_the_process_does() -> None:
    zygote = Zygote(sys.executable, with_torch=False, without=("rlimits",))
    try:
        needs(zygote, "cgroup")
        hog = "held = [bytearray(b'x') * (16 << 20) for _ in range(64)]; print('all of it')"
        outcome = zygote.run(hog, memory_bytes=200 << 20, disk_bytes=1 << 20)
        assert (outcome.exit, outcome.output) == (-signal.SIGKILL, "")
        assert zygote.run(hog, memory_bytes=2 << 30).output == "all of it\n"
    finally:
        zygote.close()


def test_a_machine_without_writable_groups_has_no_such_layer(tmp_path: Path) -> None:
    assert cgroups.join(tmp_path) is None


def test_stale_groups_are_swept_and_living_ones_kept(tmp_path: Path) -> None:
    stale, living = tmp_path / "grade-999999999", tmp_path / f"grade-{os.getpid()}"
    for folder in (stale, living):
        folder.mkdir()
    cgroups.sweep({tmp_path})
    assert (stale.exists(), living.exists()) == (False, True)


def test_devices_are_opened_wholly_and_only_for_those_that_may(tmp_path: Path) -> None:
    for name in ("nvidia0", "nvidiactl", "nvidia-caps", "sda", "dri"):
        (tmp_path / name).mkdir() if name in ("nvidia-caps", "dri") else (tmp_path / name).touch()
    (tmp_path / "dri" / "renderD128").touch()
    (tmp_path / "dri" / "card0").touch()
    found = [str(path.relative_to(tmp_path)) for path in devices.accelerators(tmp_path)]
    assert found == ["dri/renderD128", "nvidia0", "nvidiactl"]
    assert policy.answers(truncation_by_hand=False, any_ioctl=True)["ioctl"] is None
    assert policy.answers(truncation_by_hand=False)["ioctl"] is not None


def test_a_device_can_be_used_by_a_child_that_may_reach_it() -> None:
    """/dev/full stands for an accelerator: a device that no child can open otherwise."""
    if landlock.abi() is None:
        pytest.skip("without Landlock every device can be opened")
    code = "attempt(open, '/dev/full', 'wb')"
    zygote = Zygote(sys.executable, with_torch=False, devices=("/dev/full",))
    outcomes = zygote.run(code), zygote.run(code, reach="devices")
    zygote.close()
    assert outcomes[0].output == "refused: PermissionError\n"
    assert outcomes[1].output.startswith("DONE")


def test_the_graders_own_processes_can_neither_be_read_nor_outlive_what_started_them() -> None:
    code = """
import ctypes, os, subprocess, sys, time
from grader.sandbox.harden import harden
harden(dies_with_parent=True)
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), os.getpid(), flush=True)
time.sleep(60)
"""
    middle = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {code!r}]); time.sleep(60)"
    parent = subprocess.Popen([sys.executable, "-c", middle], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    dumpable, pid = parent.stdout.readline().split()
    assert dumpable == "0"
    parent.kill()
    parent.wait()
    wait_until(lambda: _is_gone(pid))


def _is_gone(pid: str) -> bool:
    try:
        return "Z" in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1]
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_what_a_killed_grader_leaves_is_removed_by_its_zygote() -> None:
    launcher = start_launcher(warm=False)
    root = launcher.scratch_root
    (root.path / "left").mkdir() if not root.is_bounded else os.mkdir("left", dir_fd=root.folder)
    assert root.names() == ["left"]
    launcher._control.close()  # what the kernel does for a process that is killed
    wait_until(lambda: not root.path.exists())
    assert launcher._process.wait() == 0
