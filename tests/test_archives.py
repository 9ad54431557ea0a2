"""Archives are listed and read without harm, whatever is in them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import sys
import tarfile
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from batch_support import zip_bytes
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.batch.intake.archive import NESTED, Caps, Item, Oddity, list_archive
from grader.batch.intake.tree import Tree, open_tree
from grader.errors import GraderFault, SubmissionFault, Unreadable, UsageFault

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def opened(tmp_path: Path, stack: ExitStack) -> Callable[[bytes, str], Tree]:
    """The tree of an archive with these bytes."""

    def open_bytes(data: bytes, name: str = "class.zip") -> Tree:
        path = tmp_path / name
        path.write_bytes(data)
        return open_tree(path, stack)

    return open_bytes


Opened = Callable[..., Tree]


def names(tree: Tree) -> list[str]:
    return [item.path for item in tree.items]


def oddities(tree: Tree) -> dict[str, str]:
    return {oddity.path: oddity.reason for oddity in tree.oddities}


def zip_of(*members: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in members:
            archive.writestr(info, content)
    return buffer.getvalue()


def tar_of(*members: tuple[str | tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for member, content in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def tar_entry(name: str, kind: bytes, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""


PACKERS = {"tar": bytes, "tar.gz": gzip.compress, "tar.bz2": bz2.compress, "tar.xz": lzma.compress}


@pytest.mark.parametrize("suffix", PACKERS)
def test_every_kind_of_tar_is_read_in_any_order(opened: Opened, suffix: str) -> None:
    members = [(f"student{n}/ex1.py", f"x = {n}\n".encode() * 100) for n in (3, 1, 2)]
    tree = opened(PACKERS[suffix](tar_of(*members)), f"class.{suffix}")
    assert tree.name == "class"
    assert names(tree) == ["student1/ex1.py", "student2/ex1.py", "student3/ex1.py"]
    contents = dict(members)
    for item in reversed(tree.items):
        assert item.source.read() == contents[item.path]
        assert item.source.size == len(contents[item.path])


def test_xz_in_several_streams_with_padding_is_read_to_its_end(opened: Opened) -> None:
    data = tar_of(("ann/ex1.py", b"x" * 3000))
    tree = opened(lzma.compress(data[:1000]) + lzma.compress(data[1000:]) + b"\0" * 8, "class.tar.xz")
    assert tree.items[0].source.read() == b"x" * 3000


def test_a_kind_is_known_by_its_bytes_and_not_by_its_name(opened: Opened) -> None:
    assert names(opened(tar_of(("ann/ex1.py", b"")), "class.zip")) == ["ann/ex1.py"]


UNSAFE = {
    "../ex1.py": "leads out",
    "ann/../../ex1.py": "leads out",
    "ann\\..\\..\\ex1.py": "leads out",
    "/etc/passwd": "absolute",
    "C:\\Users\\ex1.py": "absolute",
    "\\\\server\\share\\ex1.py": "absolute",
    "ann/" * 1200 + "ex1.py": "too long",
    "./": "no name",
}


@pytest.mark.parametrize("name", UNSAFE)
def test_a_path_that_is_unsafe_is_left_out_of_a_zip(opened: Opened, name: str) -> None:
    info = zipfile.ZipInfo("x")
    info.filename = name
    tree = opened(zip_of((info, b"evil"), (zipfile.ZipInfo("ann/ex1.py"), b"good")))
    assert names(tree) == ["ann/ex1.py"]
    assert UNSAFE[name] in tree.oddities[0].reason


@pytest.mark.parametrize("name", [name for name in UNSAFE if name != "./"])
def test_a_path_that_is_unsafe_is_left_out_of_a_tar(opened: Opened, name: str) -> None:
    tree = opened(tar_of((name, b"evil"), ("ann/ex1.py", b"good")), "class.tar")
    assert names(tree) == ["ann/ex1.py"]
    assert UNSAFE[name] in tree.oddities[0].reason


def test_a_name_with_nul_is_left_out(opened: Opened) -> None:
    data = zip_bytes({"ann/ex1.py?.exe": b"x"}).replace(b"ex1.py?", b"ex1.py\0")
    tree = opened(data)
    assert names(tree) == []
    assert oddities(tree) == {"ann/ex1.py\\x00.exe": "Not read: its name holds a NUL character."}


def test_names_are_shown_inert_and_composed(opened: Opened) -> None:
    tree = opened(tar_of(("a\x1b[2J\u202e.py", b"1"), ("e\u0301.py", b"2"), ("two\nlines.py", b"3")), "class.tar")
    assert names(tree) == ["a\\x1b[2J\\u202e.py", "two\\nlines.py", "\u00e9.py"]
    assert [item.source.read() for item in tree.items] == [b"1", b"3", b"2"]


def test_bytes_that_are_no_utf8_are_a_name_as_well(opened: Opened) -> None:
    data = tar_of(("ann/\udcff.py", b"x"), form=tarfile.GNU_FORMAT)
    assert names(opened(data, "class.tar")) == ["ann/\\udcff.py"]


def test_a_mac_zip_that_does_not_say_utf8_is_read_as_utf8(opened: Opened) -> None:
    data = zip_bytes({"J\u00fcrgen/ex1.py": b"x"})
    unsaid = data.replace(struct.pack("<H", 0x800) + struct.pack("<H", 8), struct.pack("<H", 0) + struct.pack("<H", 8))
    assert unsaid != data
    tree = opened(unsaid)
    assert names(tree) == ["J\u00fcrgen/ex1.py"]
    assert tree.items[0].source.read() == b"x"


def test_an_old_dos_name_is_read_as_such(opened: Opened) -> None:
    tree = opened(zip_bytes({"J?rgen/ex1.py": b"x"}).replace(b"J?rgen", b"J\x81rgen"))
    assert names(tree) == ["J\u00fcrgen/ex1.py"]
    assert tree.items[0].source.read() == b"x"


def test_links_and_devices_in_a_tar_are_left_out(opened: Opened) -> None:
    kinds = {"sym": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE, "char": tarfile.CHRTYPE, "fifo": tarfile.FIFOTYPE}
    members = [tar_entry(f"{name}.py", kind, "/etc/passwd") for name, kind in kinds.items()]
    tree = opened(tar_of(*members, ("ann.py", b"x")), "class.tar")
    assert names(tree) == ["ann.py"]
    assert oddities(tree) == {
        "sym.py": "Not read: it is a link.",
        "hard.py": "Not read: it is a link.",
        "char.py": "Not read: it is no ordinary file.",
        "fifo.py": "Not read: it is no ordinary file.",
    }


def test_links_and_devices_in_a_zip_are_left_out(opened: Opened) -> None:
    members = []
    for name, kind in (("link.py", stat.S_IFLNK), ("device.py", stat.S_IFCHR), ("ann.py", stat.S_IFREG)):
        info = zipfile.ZipInfo(name)
        info.create_system, info.external_attr = 3, (kind | 0o644) << 16
        members.append((info, b"/etc/passwd"))
    tree = opened(zip_of(*members))
    assert names(tree) == ["ann.py"]
    assert oddities(tree) == {"link.py": "Not read: it is a link.", "device.py": "Not read: it is no ordinary file."}


def with_central_field(data: bytes, offset: int, value: bytes) -> bytes:
    """A zip of one member, with `value` at `offset` of its record in the central directory."""
    at = data.rindex(b"PK\x01\x02") + offset
    return data[:at] + value + data[at + len(value) :]


def test_what_needs_a_password_is_left_out(opened: Opened) -> None:
    tree = opened(with_central_field(zip_bytes({"ann.py": b"x"}), 8, b"\x01\x00"))
    assert oddities(tree) == {"ann.py": "Not read: it is protected by a password."}


def test_what_is_packed_by_an_unknown_method_is_left_out(opened: Opened) -> None:
    tree = opened(with_central_field(zip_bytes({"ann.py": b"x"}), 10, b"\x62\x00"))
    assert oddities(tree) == {"ann.py": "Not read: it is packed by method 98, which Python cannot unpack."}


def test_of_two_members_of_one_name_both_are_there(opened: Opened) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zip_of((zipfile.ZipInfo("ann.py"), b"first"), (zipfile.ZipInfo("ann.py"), b"second"))
    assert [item.source.read() for item in opened(data).items] == [b"first", b"second"]


def test_a_bomb_is_not_unpacked(opened: Opened) -> None:
    tree = opened(zip_bytes({"ann.py": b"\0" * (20 << 20), "huge.py": b"\0" * (40 << 20)}))
    bomb, huge = tree.items
    with pytest.raises(Unreadable, match=r"ann.py has 21.0 MB packed into 20.\d kB"):
        bomb.source.read()
    with pytest.raises(Unreadable, match=r"huge.py has 41.9 MB; 33.6 MB is the most"):
        huge.source.read()


def test_a_member_that_is_larger_than_it_says_does_not_come_through(opened: Opened) -> None:
    tree = opened(with_central_field(zip_bytes({"ann.py": b"\0" * (4 << 20)}), 24, struct.pack("<L", 10)))
    with pytest.raises(GraderFault, match=r"ann.py cannot be read from its archive"):
        tree.items[0].source.read()


def test_a_damaged_member_is_the_archives_fault_and_not_the_students(opened: Opened) -> None:
    data = zip_bytes({"ann.py": bytes(range(256)) * 20, "bob.py": b"fine"})
    at = data.index(b"ann.py") + 10
    tree = opened(data[:at] + b"\xff" * 20 + data[at + 20 :])
    with pytest.raises(GraderFault):
        tree.items[0].source.read()
    assert tree.items[1].source.read() == b"fine"


@pytest.mark.parametrize("suffix", PACKERS)
def test_an_archive_that_was_cut_off_is_refused(opened: Opened, suffix: str) -> None:
    packed = PACKERS[suffix](tar_of(*((f"{n}.py", os.urandom(3000)) for n in range(20))))
    with pytest.raises(UsageFault, match="is damaged"):
        opened(packed[: len(packed) // 2], f"class.{suffix}")


def stored(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("inner", [zip_bytes({"ex1.py": b"mine"}), zip_bytes({})])
def test_a_zip_that_was_cut_off_is_not_taken_for_one_within_it(opened: Opened, inner: bytes) -> None:
    whole = stored({"ann_1_11_hw.zip": inner, "bob_2_12_ex1.py": os.urandom(300), "cy_3_13_ex1.py": os.urandom(300)})
    assert len(opened(whole).items) == (3 if b"ex1.py" in inner else 2)
    for lost in (23, 300, 700):
        with pytest.raises(UsageFault, match=r"class.zip is damaged: it cannot be read to its end"):
            opened(whole[:-lost])


def test_a_students_zip_that_was_cut_off_is_said_to_be_damaged(opened: Opened) -> None:
    cut = stored({"inner.zip": zip_bytes({"ex1.py": b"old"}), "ex1.py": b"mine" * 100})[:-200]
    tree = opened(zip_bytes({"ann/work.zip": cut, "bob/ex1.py": b"his"}))
    assert names(tree) == ["bob/ex1.py"]
    assert "work.zip is damaged" in oddities(tree)["ann/work.zip"]


def test_a_zip_with_a_comment_an_empty_one_and_one_of_64_bits_are_whole(opened: Opened) -> None:
    commented = io.BytesIO(stored({"hw.zip": zip_bytes({"ex1.py": b"1"}), "ann.py": b"2"}))
    with zipfile.ZipFile(commented, "a") as archive:
        archive.comment = b"Downloaded in week 3. " * 100
    assert names(opened(commented.getvalue())) == ["ann.py", "hw.zip/ex1.py"]
    large = io.BytesIO()
    with zipfile.ZipFile(large, "w") as archive, archive.open("ann.py", "w", force_zip64=True) as member:
        member.write(b"2")
    assert names(opened(large.getvalue())) == ["ann.py"]
    many = zip_bytes([f"student{number}.py" for number in range(66_000)])  # more than a directory of 16 bits counts
    assert len(opened(many).items) == 66_000
    assert opened(zip_bytes({})) == Tree("class", ())


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf'\x1c", b"\x1f\x8b"])
def test_what_is_no_archive_is_refused_in_a_sentence(opened: Opened, data: bytes) -> None:
    with pytest.raises(UsageFault, match=r"class.zip is (damaged|no zip)"):
        opened(data)


def test_a_missing_or_special_file_is_refused(tmp_path: Path, stack: ExitStack) -> None:
    with pytest.raises(UsageFault, match="There is no folder or archive"):
        open_tree(tmp_path / "none.zip", stack)


@posix_only
def test_links_and_fifos_in_a_folder_are_left_out(tmp_path: Path, stack: ExitStack) -> None:
    (tmp_path / "ann.py").symlink_to("/etc/passwd")
    (tmp_path / "bob").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "carol.py").write_text("x")
    tree = open_tree(tmp_path, stack)
    assert names(tree) == ["carol.py"]
    assert oddities(tree) == {
        "ann.py": "Not read: it is a link.",
        "bob": "Not read: it is a link.",
        "pipe.py": "Not read: it is no ordinary file.",
    }


@posix_only
def test_a_file_that_became_a_link_after_listing_is_not_followed(tmp_path: Path, stack: ExitStack) -> None:
    path = tmp_path / "ann.py"
    path.write_text("x")
    tree = open_tree(tmp_path, stack)
    path.unlink()
    path.symlink_to("/etc/passwd")
    with pytest.raises(GraderFault, match=r"ann.py cannot be read"):
        tree.items[0].source.read()


def test_more_members_than_allowed_are_refused_before_they_take_memory(stack: ExitStack) -> None:
    caps = Caps(members=50, unpacked=1 << 20)
    many = [f"{n}.py" for n in range(60)]
    for data in (zip_bytes(many), tar_of(*((name, b"") for name in many))):
        with pytest.raises(UsageFault, match="more than 50 files"):
            list(list_archive(io.BytesIO(data), "many.tar", caps, stack))


def test_a_compressed_tar_that_unpacks_too_far_is_refused(stack: ExitStack) -> None:
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        bomb = pack(b"\0" * (3 << 20))
        with pytest.raises(UsageFault, match="unpacks to more than 1 MiB"):
            list_archive(io.BytesIO(bomb), "bomb.tar.gz", Caps(members=50, unpacked=1 << 20), stack)


def test_no_room_to_unpack_is_the_machines_fault(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at/all")
    with pytest.raises(GraderFault, match=r"There is no place to unpack class.tar.gz"):
        opened(gzip.compress(tar_of(("ann.py", b"x"))), "class.tar.gz")


@posix_only
def test_a_disk_that_fills_up_ends_the_intake(opened: Opened) -> None:
    resource = pytest.importorskip("resource")
    packed = zip_bytes({"ann/work.tar.gz": gzip.compress(b"\0" * (4 << 20))})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))
    try:
        with pytest.raises(GraderFault, match=r"ann/work.tar.gz cannot be unpacked: File too large"):
            opened(packed)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@posix_only
@pytest.mark.parametrize(
    ("name", "pack"), [("class.zip", zip_bytes), ("class.tar", lambda files: tar_of(*files.items()))]
)
def test_an_archive_that_is_cut_or_closed_after_listing_is_no_students_fault(
    tmp_path: Path, name: str, pack: Callable[[dict[str, bytes]], bytes]
) -> None:
    path = tmp_path / name
    path.write_bytes(pack({"ann.py": b"x" * 30_000}))
    with ExitStack() as stack:
        tree = open_tree(path, stack)
        os.truncate(path, 600)
        if name == "class.tar":
            with pytest.raises(GraderFault, match=r"ann.py cannot be read from its archive"):
                tree.items[0].source.read()
    with pytest.raises(GraderFault, match=r"ann.py cannot be read from its archive"):
        tree.items[0].source.read()


@posix_only
def test_a_header_that_claims_a_gigabyte_gets_none_of_it(tmp_path: Path, stack: ExitStack) -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 1 << 30
    path = tmp_path / "class.tar"
    path.write_bytes(info.tobuf(tarfile.GNU_FORMAT))
    os.truncate(path, (1 << 30) + 4096)  # a hole: it takes no room on the disk
    tracemalloc.start()
    with pytest.raises(UsageFault, match="is damaged"):
        open_tree(path, stack)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 16 << 20


def test_a_chain_of_headers_does_not_exhaust_the_stack(opened: Opened) -> None:
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 512
    link = info.tobuf(tarfile.USTAR_FORMAT) + b"11 path=ab\n" + b"\0" * 501
    with pytest.raises(UsageFault, match="is damaged"):
        opened(link * 3000 + b"\0" * 1024, "class.tar")


def test_what_a_student_packed_is_opened(opened: Opened) -> None:
    inner = zip_bytes({"work/ex1.py": b"mine", "__MACOSX/work/._ex1.py": b""})
    tree = opened(zip_bytes({"ann/work.zip": inner, "bob/ex1.tar.gz": gzip.compress(tar_of(("ex1.py", b"his")))}))
    assert names(tree) == ["ann/work.zip/work/ex1.py", "bob/ex1.tar.gz/ex1.py"]
    assert [item.source.read() for item in tree.items] == [b"mine", b"his"]
    assert oddities(tree) == {}
    assert tree.system_files == (("__MACOSX", 1),)


def test_what_a_student_packed_badly_is_left_out_and_the_others_are_not(opened: Opened) -> None:
    bomb = gzip.compress(b"\0" * (NESTED.unpacked + 1))
    tree = opened(
        zip_bytes({"ann/a.zip": b"no zip", "bob/b.tar.gz": bomb, "carol/c.zip": zip_bytes([]), "dan/ex1.py": b"x"})
    )
    assert names(tree) == ["dan/ex1.py"]
    assert oddities(tree) == {
        "ann/a.zip": "This archive was not opened: ann/a.zip is no zip and no tar archive.",
        "bob/b.tar.gz": "This archive was not opened: bob/b.tar.gz unpacks to more than 256 MiB.",
        "carol/c.zip": "This archive holds no files.",
    }


def test_what_a_student_packed_twice_is_opened_and_three_times_is_not(opened: Opened) -> None:
    twice = zip_bytes({"b.zip": zip_bytes({"ex1.py": b"x", "c.zip": zip_bytes({"ex1.py": b"y"})})})
    tree = opened(zip_bytes({"ann/a.zip": twice}))
    assert names(tree) == ["ann/a.zip/b.zip/ex1.py"]
    assert tree.items[0].source.read() == b"x"
    assert oddities(tree) == {"ann/a.zip/b.zip/c.zip": "Not opened: too many archives in archives."}


def test_many_archives_in_an_archive_are_not_all_opened(opened: Opened) -> None:
    small_bomb = zip_bytes({"ex1.py": b"", "zeros": b"\0" * (20 << 20)})
    stored = zip_bytes({f"{n:02}.tar": tar_of(("zeros", b"\0" * (20 << 20))) for n in range(14)})
    tree = opened(zip_bytes({"ann.zip": stored, "bob.zip": small_bomb}))
    assert "ann.zip/13.tar" in oddities(tree)
    assert "bob.zip/ex1.py" in names(tree)


def test_a_large_archive_in_a_folder_is_an_export_and_not_a_students(tmp_path: Path, stack: ExitStack) -> None:
    inner = zip_bytes({"ex1.py": b"packed"})
    with zipfile.ZipFile(tmp_path / "ex1.zip", "w") as archive:
        archive.writestr("ann/data.bin", os.urandom(34 << 20))
        archive.writestr("bob/work.zip", inner)
    tree = open_tree(tmp_path, stack)
    assert names(tree) == ["ex1.zip/ann/data.bin", "ex1.zip/bob/work.zip/ex1.py"]
    assert tree.items[1].source.read() == b"packed"


@posix_only
def test_a_path_longer_than_the_system_takes_is_left_out(tmp_path: Path, stack: ExitStack) -> None:
    at = os.open(tmp_path, os.O_RDONLY)
    for _ in range(25):
        os.mkdir("d" * 200, dir_fd=at)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = inner
    os.close(at)
    tree = open_tree(tmp_path, stack)
    assert [oddity.reason for oddity in tree.oddities] == ["This folder cannot be read: File name too long."]


def test_damage_in_a_students_own_archive_is_the_students(opened: Opened) -> None:
    inner = bytearray(zip_bytes({"ex1.py": bytes(range(256)) * 20}))
    at = inner.index(b"ex1.py") + 10
    inner[at : at + 20] = b"\xff" * 20
    tree = opened(zip_bytes({"ann/work.zip": bytes(inner)}))
    with pytest.raises(Unreadable, match=r"work.zip/ex1.py is damaged"):
        tree.items[0].source.read()


def test_a_students_archive_that_the_export_holds_damaged_is_left_out(opened: Opened) -> None:
    data = bytearray(zip_bytes({"ann/work.zip": zip_bytes({"ex1.py": bytes(range(256))}), "bob/ex1.py": b"x"}))
    at = data.index(b"work.zip") + 10
    data[at : at + 20] = b"\xff" * 20
    tree = opened(bytes(data))
    assert names(tree) == ["bob/ex1.py"]
    assert oddities(tree) == {
        "ann/work.zip": "This archive was not opened: ann/work.zip cannot be read from its archive."
    }


def test_a_students_archive_that_changes_after_listing_is_nobodys_fault(tmp_path: Path, stack: ExitStack) -> None:
    path = tmp_path / "ann.zip"
    path.write_bytes(zip_bytes({"ex1.py": b"x"}))
    tree = open_tree(tmp_path, stack)
    path.write_bytes(zip_bytes([]))
    with pytest.raises(GraderFault, match=r"ann.zip has changed"):
        tree.items[0].source.read()


def a_valid_archive(kind: str) -> bytes:
    files = {"ann/ex1.py": b"a" * 700, "bob/ex1.ipynb": b"{}", "c\u00e9/x.py": b""}
    return zip_bytes(files) if kind == "zip" else PACKERS[kind](tar_of(*files.items()))


@settings(max_examples=300)
@given(st.sampled_from(["zip", *PACKERS]), st.data())
def test_a_damaged_archive_ends_in_a_typed_fault_or_is_read(kind: str, data: st.DataObject) -> None:
    damaged = bytearray(a_valid_archive(kind))
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(damaged)))
    with ExitStack() as stack:
        try:
            found = list(list_archive(io.BytesIO(bytes(damaged[:cut] or damaged)), "class.tar", NESTED, stack))
        except UsageFault:
            return
        for each in found:
            if isinstance(each, Oddity):
                assert each.reason
                continue
            assert isinstance(each, Item)
            with suppress(SubmissionFault, GraderFault):
                each.source.read()
