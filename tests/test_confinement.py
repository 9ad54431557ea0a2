"""What a confined child can and cannot do: every attack runs in a real one, forked from a real zygote.

Each case runs twice: as the user who runs the tests, with torch, and, where that is root, as an unprivileged user
with the system's own Python (a virtual environment is often not readable to another user).
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("Landlock and seccomp are Linux's", allow_module_level=True)

from confinement_support import LIMITS, NOBODY, PROJECT, Outcome, Zygote, with_the_systems_python

from grader.sandbox.inside import confine, landlock, policy, readable, seccomp, syscall_numbers


@pytest.fixture(scope="module", params=["own user", "unprivileged", "root"])
def zygote(request: pytest.FixtureRequest) -> Iterator[Zygote]:
    """`root`: with an interpreter that anyone can read, so that its children become users of their own."""
    if request.param == "own user":
        started = Zygote(sys.executable, with_torch=True)
    elif os.geteuid() != 0:
        pytest.skip("only root can become another user, and the tests run unprivileged anyway")
    else:
        started = with_the_systems_python(uid=NOBODY if request.param == "unprivileged" else None)
    yield started
    started.close()


@pytest.fixture
def torch_zygote(zygote: Zygote) -> Zygote:
    if not zygote.with_torch:
        pytest.skip("this Python has no torch")
    return zygote


READING = {
    "a secret at home": "attempt(open, outside['secret'])",
    "listing home": "attempt(os.listdir, outside['home'])",
    "the user list": "attempt(open, '/etc/passwd')",
    "init's environment": "attempt(open, '/proc/1/environ')",
    "the parent's environment": "attempt(open, f'/proc/{os.getppid()}/environ')",
    "the parent's command line": "attempt(open, f'/proc/{os.getppid()}/cmdline')",
    "own environment block": "attempt(open, '/proc/self/environ')",
    "own memory": "attempt(open, '/proc/self/mem', 'rb')",
    "own descriptors": "attempt(os.listdir, '/proc/self/fd')",
    "the root folder": "attempt(os.listdir, '/')",
    "site-packages": "import sysconfig; attempt(os.listdir, sysconfig.get_paths()['purelib'])",
    "the grader": "attempt(open, outside['package'] + '/checks.py')",
    "the scratch root": "attempt(os.listdir, scratch.parent)",
    "a terminal": "attempt(open, '/dev/tty')",
    "by a symbolic link": "attempt(os.symlink, outside['secret'], 'link')",
    "by a hard link": "attempt(os.link, outside['secret'], 'link')",
    "by a rename": "attempt(os.rename, outside['secret'], 'here')",
    "extended attributes": "attempt(os.getxattr, outside['secret'], 'user.any')",
    "by handle": "print(raw(NR['open_by_handle_at'], -100, 0, 0))",
}
WRITING = {
    "a file at home": "attempt(open, outside['home'] + '/new', 'w')",
    "over a secret": "attempt(open, outside['secret'], 'w')",
    "truncate by path": "attempt(os.truncate, outside['secret'], 0)",
    "truncate by opening": "attempt(os.open, outside['secret'], os.O_RDONLY | os.O_TRUNC)",
    "remove": "attempt(os.unlink, outside['secret'])",
    "rename out": "open('mine', 'w').close(); attempt(os.rename, 'mine', outside['home'] + '/mine')",
    "link out": "open('mine', 'w').close(); attempt(os.link, 'mine', outside['home'] + '/mine')",
    "a folder": "attempt(os.mkdir, outside['home'] + '/folder')",
    "beside scratch": "attempt(open, scratch.parent / 'beside', 'w')",
    "shared memory": "attempt(open, '/dev/shm/left', 'w')",
    "the temporary folder": "attempt(open, '/tmp/left', 'w')",
    "a library": "attempt(open, outside['library'] + '/sitecustomize.py', 'w')",
    "over a library's file": "attempt(open, outside['library'] + '/module.py', 'a')",
    "truncate a library's file": "attempt(os.truncate, outside['library'] + '/module.py', 0)",
    "truncate it by opening": "attempt(os.open, outside['library'] + '/module.py', os.O_RDONLY | os.O_TRUNC)",
    "a FIFO": "attempt(os.mkfifo, 'fifo')",
    "a device": "attempt(os.mknod, 'device', 0o20666, os.makedev(1, 3))",
    "a unix socket": "import socket; attempt(socket.socket, socket.AF_UNIX)",
}
PROCESSES = {
    "fork": "attempt(os.fork)",
    "vfork": "print(raw(NR.get('vfork', NR['execve'])))",
    "clone": "print(raw(NR['clone'], 17, 0, 0, 0, 0))",
    "clone a thread into a new namespace": "print(raw(NR['clone'], 0x003D0F00 | 0x40000000, 0, 0, 0, 0))",
    "clone3": "print(raw(435, 0, 88))",
    "subprocess": "import subprocess; attempt(subprocess.run, ['/bin/true'])",
    "posix_spawn": "attempt(os.posix_spawn, '/bin/true', ['true'], {})",
    "exec": "attempt(os.execv, '/bin/true', ['true'])",
    "execveat": "print(raw(NR['execveat'], 0, b'', 0, 0, 0x1000))",
    "system": "print('refused:' if os.system('true') != 0 else 'DONE')",
    "multiprocessing": "import multiprocessing as m; attempt(m.get_context('fork').Process(target=print).start)",
    "memfd_create": "attempt(os.memfd_create, 'name')",
    "kill the parent": "attempt(os.kill, os.getppid(), 0)",
    "kill the group": "attempt(os.kill, 0, 0)",
    "kill everyone": "attempt(os.kill, -1, 0)",
    "killpg": "attempt(os.killpg, os.getpgrp(), 0)",
    "tgkill the parent": "print(raw(NR['tgkill'], os.getppid(), os.getppid(), 0))",
    "tkill the parent": "print(raw(NR['tkill'], os.getppid(), 0))",
    "queue a signal": "print(raw(NR['rt_sigqueueinfo'], os.getppid(), 0, ctypes.create_string_buffer(128)))",
    "signal by a descriptor's owner": "import fcntl; attempt(fcntl.fcntl, 0, fcntl.F_SETOWN, os.getppid())",
    "ptrace": "print(raw(NR['ptrace'], 0x4206, os.getppid(), 0, 0))",
    "traceme": "print(raw(NR['ptrace'], 0, 0, 0, 0))",
    "process_vm_readv": "print(raw(NR['process_vm_readv'], os.getppid(), 0, 0, 0, 0, 0))",
    "pidfd_open": "attempt(os.pidfd_open, os.getppid())",
    "pidfd_getfd": "print(raw(NR['pidfd_getfd'], 0, 0, 0))",
    "another process's limits": "import resource; attempt(resource.prlimit, os.getppid(), resource.RLIMIT_CPU)",
    "slow the parent": "attempt(os.setpriority, os.PRIO_PROCESS, os.getppid(), 19)",
    "bind the parent": "attempt(os.sched_setaffinity, os.getppid(), {0})",
}
KERNEL = {
    name: f"print(raw(NR[{name!r}], {arguments}))"
    for name, arguments in {
        "setuid": "0",
        "setgid": "0",
        "setresuid": "0, 0, 0",
        "setgroups": "0, 0",
        "capset": "0, 0",
        "unshare": "0x10000000",
        "setns": "0, 0",
        "mount": "0, 0, 0, 0, 0",
        "umount2": "b'/nowhere', 0",
        "chroot": "b'/'",
        "pivot_root": "b'/', b'/'",
        "io_uring_setup": "8, ctypes.create_string_buffer(120)",
        "bpf": "0, 0, 0",
        "keyctl": "0, -3",
        "add_key": "b'user', b'x', b'x', 1, -3",
        "userfaultfd": "1",
        "perf_event_open": "0, 0, 0, -1, 0",
        "shmget": "0, 4096, 0o1600",
        "msgget": "0, 0o1600",
        "semget": "0, 1, 0o1600",
        "mq_open": "b'q', 66, 0o600, 0",
        "personality": "0x0040000",
        "swapon": "b'x', 0",
        "reboot": "0, 0, 0, 0",
        "settimeofday": "0, 0",
        "clock_settime": "0, 0",
        "sethostname": "0, -1",
        "init_module": "0, 0, 0",
        "kexec_load": "0, 0, 0, -1",
        "quotactl": "0, 0, 0, 0",
        "acct": "b'/nowhere'",
        "syslog": "3, 0, 0",
        "fanotify_init": "0, 0",
        "name_to_handle_at": "-100, b'.', 0, 0, 0",
        "seccomp": "1, 0, 0",
        "landlock_create_ruleset": "0, 0, 1",
        "memfd_create": "b'x', 0",
        "setsid": "",
        "setpgid": "0, 0",
    }.items()
} | {
    "raise a limit": "import resource; attempt(lambda: resource.prlimit(0, resource.RLIMIT_AS, (-1, -1)))",
    "clear the death signal": "print(raw(NR['prctl'], 1, 0, 0, 0, 0))",
    "become dumpable": "print(raw(NR['prctl'], 4, 1, 0, 0, 0))",
    "type into a terminal": "import fcntl; attempt(fcntl.ioctl, 0, 0x5412, b'x')",
    "an unknown call": "print(raw(999))",
}
NETWORK = {
    "TCP": "attempt(socket.create_connection, ('127.0.0.1', outside_port))",
    "UDP": "attempt(socket.socket, socket.AF_INET, socket.SOCK_DGRAM)",
    "IPv6": "attempt(socket.socket, socket.AF_INET6)",
    "netlink": "attempt(socket.socket, socket.AF_NETLINK, socket.SOCK_RAW)",
    "vsock": "attempt(socket.socket, socket.AF_VSOCK)",
    "raw packets": "attempt(socket.socket, socket.AF_PACKET, socket.SOCK_RAW)",
    "a datagram pair": "attempt(socket.socketpair, socket.AF_UNIX, socket.SOCK_DGRAM)",
    "a name": "attempt(socket.getaddrinfo, 'localhost.invalid', 80)",
    "connect a pair anew": "a, b = socket.socketpair(); attempt(a.connect, outside_path)",
    "send to an address": "a, b = socket.socketpair(); attempt(a.sendto, b'x', outside_path)",
}
REFUSAL = re.compile(r"^(refused: \w+|EPERM|ENOSYS|EACCES)$")


def _all_refused(outcome: Outcome) -> bool:
    lines = outcome.output.splitlines()
    return outcome.exit == 0 and bool(lines) and all(REFUSAL.match(line) or line == "refused:" for line in lines)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(code, id=name.replace(" ", "-"))
        for table in (READING, WRITING, PROCESSES, KERNEL)
        for name, code in table.items()
    ],
)
def test_an_attack_is_refused_in_an_ordinary_way(zygote: Zygote, code: str) -> None:
    outcome = zygote.run("import ctypes, os\n" + code)
    assert _all_refused(outcome), outcome
    assert zygote.secret.read_text() == "canary"
    assert (zygote.library / "module.py").read_text() == "canary"
    assert sorted(path.name for path in zygote.home.iterdir()) == ["secret"]
    assert set(outcome.kinds) <= {0o10, 0o4}, "only plain files and folders may be left in scratch"


def test_the_same_attacks_succeed_where_nothing_confines() -> None:
    """The control: without it a misspelt attack would count as a refused one. Only attacks that harm nothing."""
    bare = Zygote(
        sys.executable,
        with_torch=False,
        without=("landlock", "seccomp", "namespaces", "threads", "rlimits", "capabilities", "user"),
    )
    harmless = {
        **{
            name: READING[name]
            for name in (
                "a secret at home",
                "listing home",
                "the user list",
                "own memory",
                "the root folder",
                "site-packages",
                "the grader",
                "by a hard link",
                "by a symbolic link",
                "the scratch root",
                "by a rename",
            )
        },
        **{
            name: WRITING[name]
            for name in (
                "a file at home",
                "a folder",
                "link out",
                "beside scratch",
                "a library",
                "truncate a library's file",
                "truncate it by opening",
                "a FIFO",
            )
        },
        **{
            name: PROCESSES[name]
            for name in (
                "memfd_create",
                "kill the parent",
                "kill the group",
                "kill everyone",
                "pidfd_open",
                "slow the parent",
                "subprocess",
                "posix_spawn",
            )
        },
        **{name: KERNEL[name] for name in ("become dumpable", "clear the death signal")},
    }
    succeeded = {name for name, code in harmless.items() if not _all_refused(bare.run("import ctypes, os\n" + code))}
    bare.close()
    assert succeeded == set(harmless)


@pytest.mark.parametrize("attack", NETWORK)
def test_the_network_stays_silent(zygote: Zygote, attack: str) -> None:
    with socket.socket() as tcp, socket.socket(socket.AF_UNIX) as unix:
        tcp.bind(("127.0.0.1", 0))
        path = zygote.folder / "listener"
        unix.bind(str(path))
        path.chmod(0o777)
        for listener in (tcp, unix):
            listener.listen()
            listener.setblocking(False)
        names = f"outside_port, outside_path = {tcp.getsockname()[1]}, {str(path)!r}\n"
        outcome = zygote.run("import socket\n" + names + NETWORK[attack])
        path.unlink()
        assert _all_refused(outcome), outcome
        for listener in (tcp, unix):
            with pytest.raises(BlockingIOError):
                listener.accept()


def test_changing_mode_owner_and_times_outside_does_nothing(zygote: Zygote) -> None:
    paths = (zygote.secret, zygote.home, zygote.library / "module.py")
    before = [path.stat() for path in paths]
    outcome = zygote.run("""
import os, sysconfig
for path in (outside["secret"], outside["home"]):
    os.chmod(path, 0o777); os.chown(path, 0, 0); os.utime(path, (0, 0))
descriptor = os.open(outside["library"] + "/module.py", os.O_RDONLY)
os.fchmod(descriptor, 0o777); os.utime(descriptor, (0, 0))
print(os.stat(outside["secret"]).st_mode & 0o777)
""")
    after = [path.stat() for path in paths]
    assert outcome.exit == 0, outcome
    assert outcome.output == f"{0o600}\n"
    for now, then in zip(after, before, strict=True):
        assert (now.st_mode, now.st_uid, now.st_mtime) == (then.st_mode, then.st_uid, then.st_mtime)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="x86_64 has two further calling conventions")
@pytest.mark.parametrize(
    "code",
    [
        pytest.param("raw(0x40000000 | NR['getpid'])", id="x32"),
        pytest.param(
            """
import ctypes, mmap
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, 20 (getpid of i386); int 0x80; ret
print(ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(page)))())
""",
            id="i386",
        ),
    ],
)
def test_a_foreign_calling_convention_ends_the_child(zygote: Zygote, code: str) -> None:
    outcome = zygote.run(code)
    assert (outcome.exit, outcome.output) == (-signal.SIGSYS, "")


MEMORY = {
    "bytearray": "bytearray(2 << 30)",
    "many small ones": "hold = []\nwhile True: hold.append(bytearray(1 << 20))",
    "anonymous": "import mmap; mmap.mmap(-1, 2 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)",
    "shared": "import mmap; mmap.mmap(-1, 2 << 30)",
    "growing": "import mmap\nm = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS); m.resize(2 << 30)",
}


@pytest.mark.parametrize("kind", MEMORY)
def test_memory_is_bounded(zygote: Zygote, kind: str) -> None:
    body = "\n".join("    " + line for line in MEMORY[kind].splitlines())
    outcome = zygote.run(
        f"try:\n{body}\nexcept (MemoryError, OSError, ValueError) as e:\n    hold = None\n    print('bounded')"
    )
    assert (outcome.exit, outcome.output) == (0, "bounded\n"), outcome


def test_tensor_memory_is_bounded(torch_zygote: Zygote) -> None:
    outcome = torch_zygote.run("""
import torch
try:
    torch.ones(1 << 29)
except RuntimeError as problem:
    print("bounded" if "memory" in str(problem) else problem)
print(torch.ones(1 << 26).sum().item())
""")
    assert outcome.output == "bounded\n67108864.0\n", outcome


def test_files_and_descriptors_are_bounded(zygote: Zygote) -> None:
    outcome = zygote.run("""
import os
with open("big", "wb") as file:
    attempt(lambda: [file.write(bytes(1 << 20)) for _ in range(20)] and file.flush())
print(os.path.getsize("big") <= 8 << 20)
held = []
attempt(lambda: [held.append(open(os.devnull)) for _ in range(100)])
""")
    assert outcome.output.splitlines() == ["refused: OSError", "True", "refused: OSError"], outcome


def test_threads_are_bounded(zygote: Zygote) -> None:
    outcome = zygote.run("""
import threading
threading.stack_size(65536)
stop, count = threading.Event(), 0
try:
    for _ in range(3000):
        threading.Thread(target=stop.wait, daemon=True).start()
        count += 1
except RuntimeError:
    pass
stop.set()
print(count)
""")
    if "threads-counted" not in outcome.layers:
        pytest.skip("neither root nor user namespaces: memory alone bounds threads here")
    assert outcome.exit == 0, outcome
    assert int(outcome.output) == LIMITS.threads


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        """
import signal
signal.signal(signal.SIGXCPU, signal.SIG_IGN)
while True: pass
""",
    ],
    ids=["plain", "signal-ignored"],
)
def test_an_endless_loop_ends_with_its_cpu_time(zygote: Zygote, code: str) -> None:
    assert zygote.run(code, cpu_seconds=1).exit in (-signal.SIGXCPU, -signal.SIGKILL)


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("import os; os.abort()", signal.SIGABRT),
        ("import os; os.kill(os.getpid(), 15)", signal.SIGTERM),
        ("import ctypes; ctypes.string_at(0)", signal.SIGSEGV),
    ],
)
def test_it_can_still_end_itself(zygote: Zygote, code: str, number: int) -> None:
    assert zygote.run(code).exit == -number


def test_it_holds_no_capability_and_dies_with_its_parent(zygote: Zygote) -> None:
    outcome = zygote.run("""
import ctypes, struct
data = ctypes.create_string_buffer(24)
raw(NR["capget"], struct.pack("=Ii", 0x20080522, 0), data)
signal = ctypes.c_int()
raw(NR["prctl"], 2, ctypes.addressof(signal), 0, 0, 0)
print(any(data.raw), signal.value, libc.prctl(39, 0, 0, 0, 0), libc.prctl(3, 0, 0, 0, 0))
""")
    assert outcome.output == f"False {signal.SIGKILL.value} 1 0\n", outcome


def test_one_child_cannot_reach_an_earlier_ones_scratch(zygote: Zygote) -> None:
    kept = zygote.root / "kept"
    kept.mkdir()
    (kept / "work").write_text("canary")
    kept.chmod(0o777)
    outcome = zygote.run(f"attempt(open, {str(kept / 'work')!r}); attempt(open, {str(kept / 'new')!r}, 'w')")
    shutil.rmtree(kept)
    assert _all_refused(outcome), outcome


ORDINARY = {
    "files": """
import csv, gzip, json, os, pathlib, pickle, shutil, tempfile, zipfile
pathlib.Path("a/b").mkdir(parents=True); pathlib.Path("a/b/x.txt").write_text("x")
shutil.copy("a/b/x.txt", "y"); shutil.copy2("y", "z"); shutil.move("z", "a/z")
shutil.copytree("a", "c"); shutil.rmtree("a")
os.link("y", "c/y"); os.rename("c/y", "c/w"); os.replace("c/w", "y"); os.truncate("y", 0); pathlib.Path("y").touch()
with tempfile.TemporaryDirectory() as folder: pathlib.Path(folder, "f").write_text("x")
with tempfile.NamedTemporaryFile() as file: file.write(b"x")
with tempfile.TemporaryFile() as file: file.write(b"x")
json.dump([1], open("j", "w")); csv.writer(open("k.csv", "w")).writerow([1]); pickle.dump(1, open("p", "wb"))
with zipfile.ZipFile("a.zip", "w") as z: z.write("j")
zipfile.ZipFile("a.zip").extractall("unzipped"); gzip.open("g.gz", "wb").write(b"x")
open("/dev/null", "w").write("x"); os.urandom(4)
""",
    "sqlite": """
import sqlite3
with sqlite3.connect("d.db") as db: db.execute("create table t(a)"); db.execute("insert into t values (1)")
sqlite3.connect(":memory:").execute("select 1")
""",
    "threads": """
import concurrent.futures, queue, threading
with concurrent.futures.ThreadPoolExecutor(4) as pool: assert list(pool.map(abs, [-1, 2])) == [1, 2]
t = threading.Thread(target=print, name="mine"); t.start(); t.join(); threading.Timer(0.01, print).start()
""",
    "asyncio": """
import asyncio
async def main():
    await asyncio.gather(asyncio.sleep(0.01), asyncio.to_thread(abs, 1))
asyncio.run(main())
""",
    "signals and clocks": """
import faulthandler, os, signal, time
faulthandler.enable()
def handler(*_): raise TimeoutError
signal.signal(signal.SIGALRM, handler)
try: signal.setitimer(signal.ITIMER_REAL, 0.01); time.sleep(5)
except TimeoutError: pass
time.perf_counter(); time.process_time(); time.localtime(); os.times(); os.cpu_count(); os.nice(1)
""",
    "late imports": """
import importlib, os, sys
open("helper.py", "w").write("value = 3"); sys.path.insert(0, os.getcwd()); importlib.invalidate_caches()
import helper; assert helper.value == 3
import decimal, fractions, html.parser, http.client, lzma, bz2, ssl, statistics
import unittest.mock, xml.etree.ElementTree
import ctypes, dataclasses, multiprocessing, logging, zoneinfo, locale, platform, uuid, doctest
logging.basicConfig(); logging.info("x"); platform.platform(); uuid.uuid4(); locale.setlocale(locale.LC_ALL, "C.UTF-8")
assert ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda v: v + 1)(1) == 2
""",
}
ORDINARY_WITH_TORCH = {
    "training": """
import copy, torch
from torch import nn
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 1), nn.Sigmoid())
optimizer = torch.optim.Adam(copy.deepcopy(model).parameters()); optimizer = torch.optim.Adam(model.parameters())
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
data = torch.utils.data.TensorDataset(torch.randn(64, 4), torch.rand(64, 1))
for _ in range(3):
    for x, y in torch.utils.data.DataLoader(data, batch_size=16, shuffle=True, num_workers=0):
        loss = nn.functional.binary_cross_entropy(model(x), y); optimizer.zero_grad(); loss.backward(); optimizer.step()
    scheduler.step()
torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, "checkpoint.pt")
state = torch.load("checkpoint.pt", weights_only=True, mmap=True); model.load_state_dict(state["model"])
torch.save(model, "whole.pt"); torch.load("whole.pt", weights_only=False)
""",
    "many threads": """
import torch
torch.set_num_threads(2); a = torch.randn(600, 600); (a @ a).sum(); torch.linalg.svd(a[:50, :50]); torch.fft.fft(a)
nn = torch.nn; nn.Conv2d(3, 8, 3)(torch.randn(2, 3, 16, 16)); nn.LSTM(4, 8)(torch.randn(5, 2, 4)); print(a[:2, :2])
""",
    "functional and jit": """
import torch
torch.func.vmap(torch.func.grad(lambda x: x**3))(torch.ones(3))
torch.autograd.functional.jacobian(torch.sin, torch.ones(2))
torch.jit.script(torch.nn.ReLU())(torch.ones(1))
torch.autograd.gradcheck(torch.sin, torch.ones(2, dtype=torch.float64, requires_grad=True))
with torch.profiler.profile(): torch.ones(2).sum()
""",
    "numpy": """
import numpy as np, torch
np.save("a.npy", np.ones(3)); np.load("a.npy", mmap_mode="r"); np.savetxt("b.txt", np.ones(3))
np.random.default_rng(0).normal(size=9)
np.memmap("m", dtype="f4", mode="w+", shape=(4,)).flush(); torch.from_numpy(np.linalg.inv(np.eye(3))).numpy()
""",
    "lazy site-packages": "import importlib; importlib.invalidate_caches(); import sympy, networkx; sympy.Symbol('x')",
}


@pytest.mark.parametrize("program", ORDINARY)
def test_an_ordinary_program_runs(zygote: Zygote, program: str) -> None:
    outcome = zygote.run(ORDINARY[program])
    assert outcome.exit == 0, outcome.output


@pytest.mark.parametrize("program", ORDINARY_WITH_TORCH)
def test_an_ordinary_torch_program_runs(torch_zygote: Zygote, program: str) -> None:
    outcome = torch_zygote.run(ORDINARY_WITH_TORCH[program], memory_bytes=3 << 30)
    assert outcome.exit == 0, outcome.output


def test_layers_are_named_and_can_be_left_out() -> None:
    plain = "import os"
    everything = Zygote(sys.executable, with_torch=False)
    held = everything.run(plain).layers
    everything.close()
    bare = Zygote(sys.executable, with_torch=False, without=tuple({*confine.Layer} - {"capabilities"}))
    assert bare.run(plain).layers == ("capabilities-dropped", "no-new-privs")
    bare.close()
    assert {"rlimits", "capabilities-dropped", "no-new-privs"} <= set(held)
    assert ("seccomp" in held) == seccomp.offered()
    assert any(layer.startswith("landlock-abi") for layer in held) == (landlock.abi() is not None)


def test_a_scratch_outside_the_root_is_refused(zygote: Zygote) -> None:
    """It fails closed: nothing runs when a layer cannot be applied."""
    with pytest.raises(ValueError, match="not beneath"):
        landlock.Shared(
            version=7, ruleset=-1, scratch_root=str(zygote.root), coarse=(), attributes=b"", scratch_rights=0
        ).restrict(zygote.home)


@pytest.mark.parametrize(
    ("machine", "header"),
    [
        ("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        ("aarch64", "/usr/include/asm-generic/unistd.h"),
    ],
)
def test_numbers_agree_with_the_kernel_headers(machine: str, header: str) -> None:
    if not Path(header).exists():
        pytest.skip(f"no kernel headers at {header}")
    text = Path(header).read_text()
    theirs = {
        name: int(value) for name, value in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\s*$", text, re.MULTILINE)
    }
    ours = syscall_numbers.numbers(machine)
    newest = max(theirs.values())
    assert {name: value for name, value in ours.items() if value <= newest} == {
        name: theirs[name] for name in ours if name in theirs
    }


@pytest.mark.parametrize("machine", syscall_numbers.MACHINES)
@pytest.mark.parametrize("truncation_by_hand", [False, True])
def test_the_filter_answers_as_the_policy_says(machine: str, truncation_by_hand: bool) -> None:
    """A small interpreter of BPF, for the machine that the tests do not run on."""
    table = policy.answers(truncation_by_hand=truncation_by_hand)
    code = seccomp.assemble(table, machine).code
    numbers = syscall_numbers.numbers(machine)
    arch = seccomp.ARCHITECTURES[machine]
    for name, number in numbers.items():
        answer = table[name]
        if isinstance(answer, policy.Condition):
            continue
        expected = seccomp.ALLOW if answer is None else seccomp.ERRNO | answer
        assert _interpret(code, number, arch) == expected, name
    assert _interpret(code, 999, arch) == seccomp.ERRNO | 38
    assert _interpret(code, numbers["getpid"], 0x40000003) == seccomp.KILL_PROCESS
    assert _interpret(code, numbers["clone"], arch, 0x3D0F00) == seccomp.ALLOW
    assert _interpret(code, numbers["clone"], arch, 17) == seccomp.ERRNO | 1
    assert _interpret(code, numbers["clone"], arch, 0x3D0F00 | 1 << 32) == seccomp.ERRNO | 1
    assert _interpret(code, numbers["openat"], arch, 0, 0, 0o1000) == (
        seccomp.ERRNO | 1 if truncation_by_hand else seccomp.ALLOW
    )
    assert _interpret(code, numbers["openat"], arch, 0, 0, 0o1001) == seccomp.ALLOW


def _interpret(code: bytes, number: int, arch: int, *arguments: int) -> int:
    import struct

    data = struct.pack("=IIQ6Q", number, arch, 0, *arguments, *[0] * (6 - len(arguments)))
    steps = list(struct.iter_unpack("=HBBI", code))
    at = accumulator = 0
    while True:
        kind, yes, no, operand = steps[at]
        at += 1
        if kind == seccomp.RETURN:
            return int(operand)
        if kind == seccomp.LOAD:
            accumulator = struct.unpack_from("=I", data, operand)[0]
        elif kind == seccomp.AND:
            accumulator &= operand
        elif kind == seccomp.JUMP:
            at += operand
        else:
            holds = accumulator == operand if kind == seccomp.IF_EQUAL else accumulator >= operand
            at += yes if holds else no


def test_readable_paths_never_sweep_in_a_whole_site_packages_or_home() -> None:
    package = PROJECT / "grader"
    paths = readable.readable_paths(never=[package], home=Path.home())
    for forbidden in (package, Path.home(), *(Path(entry) for entry in sys.path if entry.endswith("-packages"))):
        resolved = forbidden.resolve()
        assert not any(resolved.is_relative_to(path) for path in paths), forbidden
    assert not any(path.is_relative_to(package) for path in paths)
