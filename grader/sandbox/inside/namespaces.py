"""Namespaces, on top of the other layers where the machine allows them.

Network, System V IPC and mounts are left once, in the zygote, for all its children: a network namespace costs 0.3 ms
or more and is torn down in the background, which would be the dearest step of a child. What children of one zygote
then share is an unconfigured network without even a loopback, and seccomp denies them sockets and IPC anyway. Mounts
are left only to give scratch a bounded place (storage.py): Landlock decides what can be opened.

A user namespace of its own for each child (0.1 ms) is what makes the kernel count that child's threads alone.
It is made without an id map: files are checked against the real ids all the same, and writing a map would
cost more than the rest.

No pid namespace: its first process is an init, for which abort() is not fatal, and seccomp already filters signals.
"""

from __future__ import annotations

import os
from pathlib import Path

from . import kernel


def leave_shared(*, privileged: bool) -> str | None:
    """In the zygote, single-threaded: leave the machine's network, IPC and mounts. None where that is not allowed.

    `privileged`: this process holds CAP_SYS_ADMIN and needs no user namespace for the others. Otherwise it must be
    dumpable, as any process is after exec until it changes its ids or says otherwise: PermissionError if not.
    """
    uid, gid = os.geteuid(), os.getegid()
    users = 0 if privileged else kernel.CLONE_NEWUSER
    try:
        kernel.unshare(kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWNS | users)
    except OSError:
        return None
    if privileged:
        return "ipc,mnt,net"
    # The zygote goes on under its own ids. The kernel wants setgroups refused before an unprivileged gid map.
    for name, text in (("uid_map", f"{uid} {uid} 1"), ("setgroups", "deny"), ("gid_map", f"{gid} {gid} 1")):
        Path("/proc/self", name).write_text(text, encoding="ascii")
    return "ipc,mnt,net,user"


def own_users() -> bool:
    """In the child: a user namespace of its own. False where the machine does not allow it."""
    try:
        kernel.unshare(kernel.CLONE_NEWUSER)
    except OSError:
        return False
    return True
