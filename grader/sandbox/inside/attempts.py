"""Ways out of the sandbox, tried by `grade doctor`: run as a submission is, and aimed at bait that is our own.

Each answers (came through, how that showed), or raises where it is stopped.
"""

from __future__ import annotations

import os
import sys

Outcome = tuple[bool, str]


def read(path: str) -> Outcome:
    """Read a byte of a file."""
    with open(path, "rb") as file:
        return bool(file.read(1)), "it could be read"


def list_folder(path: str) -> Outcome:
    """List a folder."""
    return bool(os.listdir(path)), "it could be listed"


def read_memory(pid: int) -> Outcome:
    """Open another process's memory."""
    with open(f"/proc/{pid}/mem", "rb"):
        return True, "its memory could be opened"


def write(path: str) -> Outcome:
    """Append to a file."""
    with open(path, "a") as file:
        file.write("x")
    return True, "it could be written"


def change_mode(path: str) -> Outcome:
    """Change a file's mode; whether that worked is seen from outside."""
    os.chmod(path, 0o777)  # noqa: S103
    return False, ""


def link(path: str) -> Outcome:
    """Make a hard link into the scratch folder."""
    os.link(path, "linked")
    return True, "a hard link could be made"


def connect(port: int) -> Outcome:
    """Connect to a TCP port of this machine."""
    import socket

    with socket.socket() as stream:
        stream.settimeout(2)
        stream.connect(("127.0.0.1", port))
    return True, "it could connect"


def datagram(port: int) -> Outcome:
    """Send a UDP datagram to this machine."""
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stream:
        stream.sendto(b"x", ("127.0.0.1", port))
    return True, "it could send"


def start(_: object) -> Outcome:
    """Start a program."""
    import subprocess

    subprocess.run([sys.executable, "-c", ""], check=True)
    return True, "a program could be started"


def fork(_: object) -> Outcome:
    """Fork."""
    if not hasattr(os, "fork"):
        return False, "there is no fork on this system"
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True, "it could fork"


def signal(pid: int) -> Outcome:
    """Send a process the signal that only asks whether it is there."""
    os.kill(pid, 0)
    return True, "it could send a signal"


def trace(pid: int) -> Outcome:
    """Attach to a process as a debugger does."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, pid, 0, 0) == 0:  # PTRACE_ATTACH
        libc.ptrace(17, pid, 0, 0)
        return True, "it could attach"
    return False, os.strerror(ctypes.get_errno())


def raise_limits(_: object) -> Outcome:
    """Raise the limit on processor time."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (hard + 60, hard + 60))
    return True, "it could be raised"


def memory(_: object) -> Outcome:
    """Allocate 2 GB."""
    held = bytearray(2 << 30)
    return len(held) > 0, "2 GB could be had"


def shared_memory(_: object) -> Outcome:
    """Map 2 GB of shared memory."""
    import mmap

    held = mmap.mmap(-1, 2 << 30)
    return len(held) > 0, "2 GB could be mapped"


def large_file(_: object) -> Outcome:
    """Write 64 MB into one file."""
    with open("large", "wb") as file:
        for _part in range(64):
            file.write(bytes(1 << 20))
    return True, "64 MB could be written"


def fill(_: object) -> Outcome:
    """Write 32 MB into several files."""
    for number in range(16):
        with open(f"part{number}", "wb") as file:
            file.write(bytes(2 << 20))
    return True, "32 MB could be written into 16 files"


def create_files(_: object) -> Outcome:
    """Create 1000 files."""
    for number in range(1000):
        open(f"small{number}", "wb").close()
    return True, "1000 files could be created"


def many_files(_: object) -> Outcome:
    """Open 5000 files."""
    held = [open(os.devnull) for _ in range(5000)]  # noqa: SIM115
    return len(held) > 0, "5000 files could be opened"


def spin(_: object) -> Outcome:
    """Keep the processor busy for 15 seconds."""
    import time

    end = time.monotonic() + 15
    while time.monotonic() < end:
        pass
    return True, "15 s could be used"
