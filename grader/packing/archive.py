"""Zip archives that depend on nothing but what is in them: two runs write the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip can name
_PLAIN, _EXECUTABLE = 0o100644, 0o100755
_UNIX = 3


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive."""

    name: str
    data: bytes
    executable: bool = False


def zip_bytes(members: Iterable[Member]) -> bytes:
    """The archive, its members sorted by name, all of the same time."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for member in sorted(members, key=lambda each: each.name):
            info = zipfile.ZipInfo(member.name, _EARLIEST)
            info.create_system = _UNIX  # else Windows would write archives whose scripts cannot be run
            info.external_attr = (_EXECUTABLE if member.executable else _PLAIN) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, member.data)
    return written.getvalue()
