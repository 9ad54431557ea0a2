"""A Dask cluster on this machine for the tests: real processes, started by hand as docs/cluster.md says."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from processes import wait_until

ROOT = Path(__file__).parents[1]
QUICK = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "3s"}


class DaskCluster:
    """A scheduler and its workers, all ended at the end. `prefix` comes before a command, such as one that confines."""

    def __init__(self, folder: Path, *, prefix: Sequence[str] = (), host: str = "127.0.0.1") -> None:
        self._folder, self._stack = folder, contextlib.ExitStack()
        self._prefix, self._host = prefix, host
        self.address = self.start_scheduler(0)

    def __enter__(self) -> DaskCluster:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start_scheduler(self, port: int) -> str:
        """Start a scheduler on this port; its address."""
        about = self._folder / "scheduler.json"
        about.unlink(missing_ok=True)
        options = ["--host", self._host, "--port", str(port), "--scheduler-file", str(about), "--no-dashboard"]
        self.scheduler = self._start("dask_scheduler", options, prefix=self._prefix)
        wait_until(lambda: about.exists() and about.read_bytes().endswith(b"}"))
        return str(json.loads(about.read_text())["address"])

    def start_worker(
        self,
        *options: str,
        prefix: Sequence[str] = (),
        package_root: Path = ROOT,
        address: str = "",
        nanny: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start a worker and return at once."""
        plain = ["--nthreads", "1", "--no-dashboard", "--local-directory", str(self._folder)]
        options = (address or self.address, *plain, *([] if nanny else ["--no-nanny"]), *options)
        return self._start("dask_worker", options, prefix=prefix, package_root=package_root)

    def _start(
        self, command: str, options: Sequence[str], *, prefix: Sequence[str], package_root: Path = ROOT
    ) -> subprocess.Popen[bytes]:
        with (self._folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [*prefix, sys.executable, "-m", f"distributed.cli.{command}", *options],
                cwd=self._folder,
                env={**os.environ, "PYTHONPATH": str(package_root)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._stack.callback(_end, process)
        return process


class Relay:
    """Stands between a client and a scheduler, on loopback. When told to, it hangs up in place of passing on a request.

    Dask keeps one connection on which it says what to do and hears what is done, the first, and asks for results on
    others.
    """

    def __init__(self, address: str) -> None:
        host, _, port = address.removeprefix("tcp://").rpartition(":")
        self._behind, self._pairs = (host, int(port)), list[tuple[socket.socket, socket.socket]]()
        self._listening = socket.create_server((host, 0))
        self.address = f"tcp://{host}:{self._listening.getsockname()[1]}"
        self.hangs_up_on: range = range(0)  # numbers of connections, in the order in which they were made
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *_: object) -> None:
        _shut(self._listening, *itertools.chain.from_iterable(self._pairs))

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # it does not listen any more
            while True:
                pair = self._listening.accept()[0], socket.create_connection(self._behind)
                self._pairs.append(pair)
                number = len(self._pairs) - 1
                threading.Thread(target=self._forward, args=(number, *pair), daemon=True).start()
                threading.Thread(target=self._forward, args=(None, *pair[::-1]), daemon=True).start()

    def _forward(self, number: int | None, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while (data := source.recv(65_536)) and number not in self.hangs_up_on:
                target.sendall(data)
        _shut(source, target)


def _shut(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):  # the other side was first
            each.shutdown(socket.SHUT_RDWR)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Politely, so that a nanny takes its worker along."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def namespaces(count: int) -> Iterator[list[tuple[str, str, str]]]:
    """Network namespaces, each joined by a pair of devices of its own to a first one, which only they reach.

    Gives for each, the first one first, its name, its address, and the first one's address on that pair. Raises OSError
    or CalledProcessError where the machine does not allow it.
    """
    names = [f"grader{os.getpid()}n{number}" for number in range(count + 1)]
    hub = names[0]
    with contextlib.ExitStack() as stack:
        for name in names:
            _ip("netns", "add", name)
            stack.callback(_ip, "netns", "del", name)
            _ip("-n", name, "link", "set", "lo", "up")
        made = [(hub, "", "")]
        for number, name in enumerate(names[1:], start=1):
            ours, theirs = f"10.213.{number}.1", f"10.213.{number}.2"
            _ip("-n", hub, "link", "add", f"to{number}", "type", "veth", "peer", "name", "back", "netns", name)
            for where, device, address in ((hub, f"to{number}", ours), (name, "back", theirs)):
                _ip("-n", where, "address", "add", f"{address}/24", "dev", device)
                _ip("-n", where, "link", "set", device, "up")
            made.append((name, theirs, ours))
        yield made


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
