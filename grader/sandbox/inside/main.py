"""Entry point of the process that student code is forked from. It is exec'd with a clean environment.

As a zygote (Linux) it imports torch once and forks a child for each request on its control socket. As a nursery it
forks a zygote for each. As a single child (macOS, Windows) it serves one submission over its standard streams and ends.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn


def main() -> None:
    """Read the settings from the command line and serve. Never returns."""
    gc.disable()  # imports only allocate: collecting in between costs a third of their time
    settings = json.loads(sys.argv[1])
    package_root = settings["package_root"]
    sys.path.insert(0, package_root)
    sys.path.extend(path for path in settings["extra_path"] if path not in sys.path)
    sys.argv = ["submission"]
    import torch  # noqa: F401

    # The first is imported for whichever child may need it.
    from grader.sandbox.inside import accelerator, child, compiler, rehearsal, stand_ins  # noqa: F401

    compiler.postpone()
    _take_one_step()
    if is_many := settings["warm"] and "scratch_root" in settings:
        rehearsal.rehearse(Path(settings["scratch_root"]))
    stand_ins.install()
    child.open_streams()
    sys.path.remove(package_root)
    _share_the_heap(for_many=is_many)
    gc.enable()
    if "nursery_fd" in settings:
        _serve_births(settings)
    elif "control_fd" in settings:
        _serve_forks(settings)
    else:
        child.serve_standard_streams()


def _share_the_heap(*, for_many: bool) -> None:
    """The heap as it is now is shared by all children: never walk it, not even once before the forks."""
    gc.freeze()
    if for_many:
        from grader.sandbox.inside import heap

        heap.collapse()


def _take_one_step() -> None:
    """Pay for what torch puts off until its first step once, before the forks."""
    import torch

    layer = torch.nn.Linear(1, 1)
    optimizer = torch.optim.Adam(layer.parameters())
    loss = torch.nn.functional.mse_loss(layer(torch.ones(1, 1)), torch.ones(1, 1))
    torch.autograd.backward(loss)
    optimizer.step()


def _serve_births(settings: dict[str, Any]) -> NoReturn:
    """Become a zygote for each order, in a process of its own, until there is nobody to give any."""
    import shutil
    import signal
    import socket

    control = socket.socket(fileno=settings["nursery_fd"])
    signal.signal(signal.SIGCHLD, _reap)
    while (received := socket.recv_fds(control, 1 << 16, 1))[0]:
        order, descriptors, _, _ = received
        pid = os.fork()
        if not pid:
            try:
                control.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # a zygote waits for its children itself
                wanted = json.loads(order)
                if wanted["core"] is not None:
                    with contextlib.suppress(OSError):  # it may have been taken from this machine since
                        os.sched_setaffinity(0, {wanted["core"]})
                _serve_forks({**settings, **wanted, "control_fd": descriptors[0]})
            finally:
                os._exit(70)
        os.close(descriptors[0])
        with contextlib.suppress(ConnectionError):
            control.send(str(pid).encode())
    shutil.rmtree(settings["scratch_root"], ignore_errors=True)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    os._exit(0)


def _reap(*_: object) -> None:
    """Take note of the zygotes that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _serve_forks(settings: dict[str, Any]) -> None:
    import socket

    from grader.sandbox.inside import compiler, confine, devices

    scratch_root, without = Path(settings["scratch_root"]), frozenset(settings["without"])
    plan = confine.prepare(scratch_root=scratch_root, devices=devices.accelerators(), without=without)
    control = socket.socket(fileno=settings["control_fd"])
    with contextlib.suppress(ConnectionError):
        _show_scratch(control, scratch_root, plan)
        while (received := socket.recv_fds(control, 1 << 16, 2))[0]:
            request, descriptors, _, _ = received
            order = json.loads(request)
            if order["do"] == "fork":
                if order["child"]["compiles"] and compiler.fetch():
                    _share_the_heap(for_many=settings["warm"])
                control.send(json.dumps({"pid": _fork(control, descriptors, order["child"], plan)}).encode())
            else:
                control.send(json.dumps(_end(order["pid"])).encode())
    _leave(scratch_root, plan)


def _show_scratch(control: Any, scratch_root: Path, plan: Any) -> None:
    """Hand the grader the scratch root as it is seen here, which may be a file system of our own."""
    import socket

    folder = os.open(scratch_root, os.O_RDONLY | os.O_DIRECTORY)
    facts = {"bounded": plan.storage is not None, "groups": plan.group.folders if plan.group else []}
    socket.send_fds(control, [json.dumps(facts).encode()], [folder])
    os.close(folder)


def _leave(scratch_root: Path, plan: Any) -> NoReturn:
    """The grader is gone, perhaps without a chance to tidy up. Children die with this process."""
    import shutil

    if plan.storage:
        plan.storage.release()
    shutil.rmtree(scratch_root, ignore_errors=True)
    os._exit(0)


def _fork(control: Any, descriptors: list[int], settings: dict[str, Any], plan: Any) -> int:
    from grader.sandbox.inside import child, confine, limits

    bounds = limits.Limits(**settings["limits"])
    plan.make_room(bounds)
    scratch = Path(settings["scratch"]).parent
    reach = confine.Reach.DEVICES if child.is_real(settings) else confine.Reach.NO_DEVICE
    pid = os.fork()
    if not pid:
        try:
            control.close()
            walls = functools.partial(plan.apply, scratch=scratch, limits=bounds, reach=reach)
            child.serve_descriptors(descriptors[0], descriptors[1], settings, walls)
        finally:
            os._exit(70)
    for descriptor in descriptors:
        os.close(descriptor)
    return pid


def _end(pid: int) -> dict[str, float]:
    """Kill a child that may be dead already, reap it, and say how it ended."""
    import signal

    os.kill(pid, signal.SIGKILL)
    _, status, usage = os.wait4(pid, 0)
    return {
        "exit": os.waitstatus_to_exitcode(status),
        "cpu_s": usage.ru_utime + usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * 1024,
    }


if __name__ == "__main__":
    main()
