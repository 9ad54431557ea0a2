"""Zip and tar archives, listed without unpacking them.

No member is written to disk under a name of its own. A compressed tar is unpacked once, as one stream, into a file
without a name, since its members cannot be reached in any order otherwise. Listing takes memory for the names alone.

Everything a member may do to hurt is met here: paths that lead out, absolute paths, NUL, links, devices, passwords,
unknown methods, and more members or bytes than `Caps` allows.
"""

from __future__ import annotations

import re
import stat
import struct
import tarfile
import unicodedata
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import BinaryIO

from grader.batch.intake.sources import ZIP_PROBLEMS, SharedFile, SliceSource, Source, ZipSource
from grader.batch.intake.streams import damaged, into_nameless_file, unpacked
from grader.errors import UsageFault
from grader.text import inert

CODE_SUFFIXES = (".py", ".ipynb")
SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")

_MIB = 1 << 20
_MEMBER = b"PK\x03\x04"  # what the header of a zip's member begins with
_MOST_PATH = 4096  # characters; what Linux allows
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The most that an archive may hold. `unpacked` is the size in bytes of the tar in a compressed tar."""

    members: int
    unpacked: int


OUTER = Caps(members=1_000_000, unpacked=16 << 30)  # an export, which the instructor downloaded
NESTED = Caps(members=20_000, unpacked=256 * _MIB)  # what a student packed


@dataclass(frozen=True, slots=True)
class Item:
    """One file of the input. `path` is safe to show: relative, with "/", composed (NFC), control characters escaped."""

    path: str
    source: Source


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something in the input that is no file to be read, and one sentence on why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that the input names, perhaps with nothing in it."""

    path: str


Listed = Item | Oddity | Folder


def is_archive_name(name: str) -> bool:
    """Whether a file of this name is taken for an archive."""
    return name.lower().endswith(SUFFIXES)


def list_archive(file: BinaryIO, name: str, caps: Caps, stack: ExitStack) -> Iterator[Listed]:
    """The members of an archive, recognised by its first bytes, in its own order.

    What stays open for the sources is closed by `stack`. Raises UsageFault, also half-way, where the archive is
    none, is damaged, or goes beyond `caps`.
    """
    head = file.read(512)
    file.seek(0)
    if head.startswith((_MEMBER, b"PK\x05\x06")):
        return _list_zip(file, name, caps, stack)
    if blocks := unpacked(file, head):
        return _list_tar(into_nameless_file(blocks, name, caps.unpacked, stack), name, caps)
    if head[257:262] == b"ustar" or name.lower().endswith(".tar"):
        return _list_tar(file, name, caps)
    raise UsageFault(f"{name} is no zip and no tar archive.", hint="Unpack it and name the folder.")


def safe_path(raw: str) -> str:
    """A member's name as a path of `Item`. Raises ValueError, with the end of a sentence, for one that is unsafe."""
    if "\0" in raw:
        raise ValueError("its name holds a NUL character")
    path = raw.replace("\\", "/")
    if path.startswith("/") or re.match("[A-Za-z]:/", path):
        raise ValueError("its path is absolute")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise ValueError("its path leads out of the archive")
    if not parts or len(path) > _MOST_PATH:
        raise ValueError("its path is too long" if parts else "it has no name")
    return display("/".join(parts))


def is_safe(path: str) -> bool:
    """Whether a path that `safe_path` may have refused is one that it gave."""
    try:
        return safe_path(path) == path
    except ValueError:
        return False


def display(path: str) -> str:
    """`path` composed (NFC: a Mac's and a PC's spelling of one name are the same) and made inert."""
    if path.isascii() and path.isprintable():
        return path
    return inert(unicodedata.normalize("NFC", path)).replace("\n", "\\n").replace("\t", "\\t")


def _list_zip(file: BinaryIO, name: str, caps: Caps, stack: ExitStack) -> Iterator[Listed]:
    try:
        if _central_records(file) > caps.members:
            raise _too_many(name, caps)
        archive = stack.enter_context(zipfile.ZipFile(file))
        if _begins_in_another(file, archive):
            raise damaged(name)
    except (*ZIP_PROBLEMS, struct.error, IndexError) as problem:
        raise damaged(name) from problem
    for info in archive.infolist():
        try:
            path = safe_path(_zip_name(info))
            reason = _why_not_a_zip_file(info)
        except ValueError as unsafe:
            path, reason = inert(info.orig_filename), str(unsafe)
        if reason:
            yield Oddity(path, f"Not read: {reason}.")
        elif _zip_name(info).endswith(("/", "\\")):
            yield Folder(path)
        else:
            yield Item(path, ZipSource(path, archive, info))


def _central_records(file: BinaryIO) -> int:
    """No fewer than the records that zipfile is about to make objects of: each begins with the same four bytes."""
    file.seek(0)
    found, tail = 0, b""
    while block := file.read(_MIB):
        found += (tail + block).count(b"PK\x01\x02")
        tail = block[-3:]
    file.seek(0)
    return found


def _begins_in_another(file: BinaryIO, archive: zipfile.ZipFile) -> bool:
    """Whether the file begins with a member that the directory found at its end does not name.

    Of a zip that was cut off zipfile finds the directory of a zip within it, which somebody handed in.
    """
    file.seek(0)
    return file.read(4) == _MEMBER and all(info.header_offset for info in archive.infolist())


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name, where a Mac wrote UTF-8 without saying so: zipfile then takes it for code page 437."""
    name = info.orig_filename
    if info.flag_bits & 0x800 or name.isascii():
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _why_not_a_zip_file(info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "it is a link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "it is no ordinary file"
    if info.flag_bits & 0x1:
        return "it is protected by a password"
    if info.compress_type not in _METHODS:
        return f"it is packed by method {info.compress_type}, which Python cannot unpack"
    return ""


def _list_tar(file: BinaryIO, name: str, caps: Caps) -> Iterator[Listed]:
    end = file.seek(0, 2)
    file.seek(0)
    shared = SharedFile(file)
    number = 0
    try:
        # next() goes from header to header; the list that it keeps of them is emptied, or it would grow.
        with tarfile.open(fileobj=_Modest(file), mode="r:", errors="surrogateescape") as archive:  # type: ignore[call-overload]
            while member := archive.next():
                archive.members.clear()
                number += 1
                if number > caps.members:
                    raise _too_many(name, caps)
                if member.isdir():
                    yield from _tar_folder(member)
                else:
                    yield _tar_item(member, shared, end)
    except (tarfile.TarError, ValueError, OverflowError, RecursionError, EOFError, OSError) as problem:
        raise damaged(name, after=number) from problem


def _tar_folder(member: tarfile.TarInfo) -> Iterator[Folder]:
    with suppress(ValueError):  # what is unsafe or "." is no folder of anybody's
        yield Folder(safe_path(member.name))


def _tar_item(member: tarfile.TarInfo, shared: SharedFile, end: int) -> Item | Oddity:
    try:
        path = safe_path(member.name)
    except ValueError as unsafe:
        return Oddity(inert(member.name), f"Not read: {unsafe}.")
    if member.issym() or member.islnk():
        return Oddity(path, "Not read: it is a link.")
    if not member.isreg() or member.issparse():
        return Oddity(path, "Not read: it is no ordinary file.")
    if not 0 <= member.size <= end - member.offset_data:
        return Oddity(path, "Not read: the archive ends before this file does.")
    return Item(path, SliceSource(path, shared, member.offset_data, member.size))


class _Modest:
    """A file that gives tarfile no more at once than headers need: a header can name any size for an attribute."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, count: int) -> bytes:
        if not 0 <= count <= _MIB:
            raise tarfile.ReadError("a header of impossible size")
        return self._file.read(count)


def _too_many(name: str, caps: Caps) -> UsageFault:
    return UsageFault(f"{name} holds more than {caps.members:,} files.", hint="Hand over fewer at a time.")
