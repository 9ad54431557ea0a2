"""What a child can do for its own confinement where there is no Linux: resource limits, where there are any."""

from __future__ import annotations

import sys


def confine(limits: dict[str, int]) -> list[str]:
    """Apply this system's resource limits to the calling process and name what holds."""
    if sys.platform == "win32":
        return []
    import resource

    wanted = {
        resource.RLIMIT_CPU: limits["cpu_seconds"],
        resource.RLIMIT_FSIZE: limits["file_bytes"],
        resource.RLIMIT_NOFILE: limits["open_files"],
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in wanted.items():
        resource.setrlimit(kind, (most, most))
    return ["rlimits (not memory)"]
