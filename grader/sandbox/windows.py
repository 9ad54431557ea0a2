"""What Windows offers: a Job Object that bounds memory and processor time and lets no second process start."""

from __future__ import annotations

import ctypes
import subprocess
import sys

ACTIVE_PROCESS = 0x8
PROCESS_TIME = 0x2
PROCESS_MEMORY = 0x100
DIE_ON_UNHANDLED_EXCEPTION = 0x400
KILL_ON_JOB_CLOSE = 0x2000
EXTENDED_LIMIT_INFORMATION = 9
TICKS_PER_SECOND = 10_000_000  # a FILETIME tick is 100 ns


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION."""

    _fields_ = [
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", ctypes.c_uint32),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", ctypes.c_uint32),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", ctypes.c_uint32),
        ("SchedulingClass", ctypes.c_uint32),
    ]


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION; the six counters are IO_COUNTERS, which we leave at zero."""

    _fields_ = [
        ("Basic", BasicLimits),
        ("IoCounters", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    ]


IMPORTED_BYTES = 1 << 30  # what Python and torch occupy, on top of which the exercise's allowance comes


def job_limits(limits: dict[str, int]) -> ExtendedLimits:
    """The limits of one child, as the structure that SetInformationJobObject takes."""
    made = ExtendedLimits()
    made.Basic.LimitFlags = (
        ACTIVE_PROCESS | PROCESS_TIME | PROCESS_MEMORY | DIE_ON_UNHANDLED_EXCEPTION | KILL_ON_JOB_CLOSE
    )
    made.Basic.ActiveProcessLimit = 1
    made.Basic.PerProcessUserTimeLimit = limits["cpu_seconds"] * TICKS_PER_SECOND
    made.ProcessMemoryLimit = IMPORTED_BYTES + limits["memory_bytes"]
    return made


def confine(process: subprocess.Popen[bytes], limits: dict[str, int]) -> list[str]:
    """Put a process that waits for its first order into a Job Object of its own. Raises OSError."""
    if sys.platform == "win32":
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.restype = ctypes.c_void_p
        job = kernel.CreateJobObjectW(None, None)
        wanted = job_limits(limits)
        is_done = (
            job
            and kernel.SetInformationJobObject(
                ctypes.c_void_p(job), EXTENDED_LIMIT_INFORMATION, ctypes.byref(wanted), ctypes.sizeof(wanted)
            )
            and kernel.AssignProcessToJobObject(ctypes.c_void_p(job), ctypes.c_void_p(int(process._handle)))
        )
        if not is_done:
            raise ctypes.WinError(ctypes.get_last_error())
        return ["job-object"]  # the job's handle stays open until the grader ends: closing it would kill the child
    raise OSError("there are no Job Objects on this system")
