"""Resource limits of the child: what it may use up before the kernel says no."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

if sys.platform != "win32":  # the record of limits is the same everywhere; Windows sets them from outside
    import resource


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one child may use. There is no number of processes: a child can never start one.

    `threads` bounds threads beside the main one. It holds as root, and elsewhere where the machine allows user
    namespaces; otherwise memory alone bounds them (the layer threads-counted says which).
    """

    memory_bytes: int
    """Address space beyond what was mapped at the fork: heap, tensors, shared mappings, thread stacks."""
    cpu_seconds: int
    """CPU time of all threads; SIGXCPU ends the child, SIGKILL a second later."""
    file_bytes: int = 64 << 20
    """Size of any one file; a write beyond it is an OSError (EFBIG)."""
    disk_bytes: int = 256 << 20
    """All files of the scratch folder together; holds where scratch is bounded (the layer bounded-scratch)."""
    files: int = 10_000
    """Files and folders in the scratch folder; likewise."""
    open_files: int = 256
    threads: int = 64


def mapped_bytes() -> int:
    """The size of this process's address space now (VmSize), in bytes. Needs /proc."""
    statm = os.open("/proc/self/statm", os.O_RDONLY)
    pages = int(os.read(statm, 64).split()[0])
    os.close(statm)
    return pages * resource.getpagesize()


def be_first_to_die() -> None:
    """Have the kernel choose this process, whatever the others use, where the machine as a whole runs out of memory."""
    descriptor = os.open("/proc/self/oom_score_adj", os.O_WRONLY)
    os.write(descriptor, b"1000")
    os.close(descriptor)


def apply(limits: Limits, *, mapped: int, has_device: bool) -> None:
    """Set the limits, soft and hard, for the calling process. Raises OSError or ValueError.

    `mapped` is mapped_bytes() of this process. RLIMIT_AS rather than RLIMIT_DATA, which shared mappings bypass, but
    for a process that `has_device`: a driver reserves far more address space than any memory there is.
    The stack keeps its limit: threads take theirs from it, and deep recursion must stay Python's RecursionError.
    """
    wanted = {
        resource.RLIMIT_DATA if has_device else resource.RLIMIT_AS: (mapped + limits.memory_bytes,) * 2,
        resource.RLIMIT_CPU: (limits.cpu_seconds, limits.cpu_seconds + 1),
        resource.RLIMIT_FSIZE: (limits.file_bytes,) * 2,
        resource.RLIMIT_NOFILE: (limits.open_files,) * 2,
        resource.RLIMIT_CORE: (0, 0),
        resource.RLIMIT_MEMLOCK: (0, 0),
        resource.RLIMIT_MSGQUEUE: (0, 0),
        resource.RLIMIT_NICE: (0, 0),
        resource.RLIMIT_RTPRIO: (0, 0),
    }
    for which, (soft, hard) in wanted.items():
        _, ceiling = resource.getrlimit(which)
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(which, (soft, hard))


def bound_threads(limits: Limits) -> None:
    """Count threads. Only for a process alone under its user id: the kernel counts per user."""
    resource.setrlimit(resource.RLIMIT_NPROC, (limits.threads + 1,) * 2)
