"""Which submissions are alike: pairs that share more than the stub and what everyone writes.

copydetect (winnowing over Pygments' tokens, an optional dependency) makes fingerprints of a text: every stretch of
`STRETCH` characters of it, once comments, spaces and names are gone. Renaming, comments and another order of functions
therefore hide nothing. Of these fingerprints some do not count: those of the stub, and those that more than a tenth of
the class has, since that is how the exercise is written. The share of a pair is the part of the shorter one's own
fingerprints (all but the stub's) that both have and that count.

A high share is a reason to look and no verdict. In a class of three or fewer nothing is known of what everyone writes,
and in a short exercise two people may well arrive at the same lines. What more than `MOST_HOLDERS` pass on with changes
counts as common, and a copy written anew, statement by statement, is not found. Of several attempts the last is
compared; what cannot be read is not.
"""

from __future__ import annotations

import hashlib
import heapq
import importlib.util
import io
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.batch.intake.handed_in import Entry
from grader.errors import GraderFault, Unreadable, UsageFault
from grader.submission import Submission, make_submission

STRETCH = 20  # characters: two statements' worth of tokens; less is found everywhere, more misses small changes
LEAST_SHARE = 0.3  # 17 of the 28,947 pairs among the references of ex1 to ex5 reach it, and disguised copies do
LEAST_SHARED = STRETCH  # fingerprints: two stretches in a row
MOST_PAIRS = 200
MOST_HOLDERS = 20  # keeps the work linear in the class; Stanford's MOSS draws its line at 10
MOST_CHARACTERS = 1 << 16  # a longer text is compared as a whole only: reading one as tokens takes a second per MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a submission. `label` is its number, in a notebook "cell:line"."""

    label: str
    text: str
    is_shared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One submission of a pair."""

    entry: Entry
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Two submissions that are alike. `share` is from 0 to 1; identical: the same text but for spaces at line ends."""

    one: Side
    other: Side
    share: float
    is_identical: bool


@dataclass(frozen=True, slots=True)
class _Stub:
    hashes: frozenset[int]
    lines: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Work:
    """What of a submission is kept while it is compared: its own fingerprints, and a digest of its text."""

    entry: Entry
    own: NDArray[np.int64]
    digest: bytes


@dataclass(frozen=True, slots=True)
class _Pair:
    share: float
    one: _Work
    other: _Work
    common: frozenset[int]  # fingerprints that do not count

    @property
    def strength(self) -> tuple[float, int]:
        return self.share, min(len(self.one.own), len(self.other.own))


def hold_ready() -> None:
    """Raise UsageFault where what compares submissions is not installed."""
    if importlib.util.find_spec("copydetect") is None:
        raise UsageFault(
            "Submissions cannot be compared: the package copydetect is not installed.",
            hint="Install it with: pip install 'grader[similarity]'",
        )


def find_alike(
    entries: Iterable[Entry], stubs: Mapping[str, str], *, least_share: float = LEAST_SHARE
) -> Iterator[Alike]:
    """The pairs whose share is at least `least_share`, strongest first, `MOST_PAIRS` at most.

    `entries` are sorted as an intake has them, `stubs` are the stubs' texts by exercise. A source is read twice at
    most, and only one pair's texts are held at a time.
    """
    last = {(each.exercise, each.student.key): each for each in entries}
    read_stubs = {exercise: _read_stub(text) for exercise, text in stubs.items()}
    found: list[_Pair] = []
    for exercise, stub in read_stubs.items():
        own = {
            id(entry.source): entry for entry in last.values() if entry.exercise == exercise
        }  # a group's file is one
        works = [_work(entry, stub) for entry in own.values()]
        pairs = _pairs([work for work in works if work is not None], least_share)
        found += heapq.nlargest(MOST_PAIRS, pairs, key=lambda pair: pair.strength)
    for pair in heapq.nlargest(MOST_PAIRS, found, key=lambda pair: pair.strength):
        yield _side_by_side(pair, read_stubs[pair.one.entry.exercise])


def _read_stub(text: str) -> _Stub:
    text, _ = _tidied(text)
    return _Stub(frozenset(_fingerprint(text).hashes), frozenset(text.split("\n")))


def _work(entry: Entry, stub: _Stub) -> _Work | None:
    """The submission, or None where it cannot be read or holds nothing but the stub's lines."""
    submission = _read(entry)
    if submission is None:
        return None
    text, _ = _tidied(_decoded(submission))
    if stub.lines.issuperset(text.split("\n")):
        return None
    hashes = _fingerprint(text).hashes - stub.hashes if len(text) <= MOST_CHARACTERS else ()
    own = np.fromiter(hashes, dtype=np.int64, count=len(hashes))
    return _Work(entry, own, hashlib.sha256(text.encode()).digest())


def _read(entry: Entry) -> Submission | None:
    try:
        submission = make_submission(PurePosixPath(entry.name).name, entry.source.read())
    except (Unreadable, GraderFault):
        return None  # the results say so of this submission
    return None if submission.fault else submission


def _decoded(submission: Submission) -> str:
    return submission.source.decode("utf-8-sig", errors="replace")


def _tidied(text: str) -> tuple[str, int]:
    """The text without blank lines around it and spaces at line ends, and the number of its first line."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    first = next((number for number, line in enumerate(lines) if line), len(lines))
    return "\n".join(lines[first:]).rstrip("\n"), first + 1


def _fingerprint(text: str) -> Any:
    from copydetect import CodeFingerprint  # brings matplotlib: a second and a half

    # A window of one keeps every fingerprint: with fewer, which are kept depends on the hash seed of the process.
    return CodeFingerprint("", STRETCH, 1, language="python", fp=io.StringIO(text))


def _pairs(works: Sequence[_Work], least_share: float) -> Iterator[_Pair]:
    """The pairs of one exercise, in no order. Of identical texts each is paired with the first, which stands for all:
    a copied text would otherwise make itself common.
    """
    firsts: dict[bytes, _Work] = {}
    for work in works:
        first = firsts.setdefault(work.digest, work)
        if first is not work:
            yield _Pair(1.0, first, work, frozenset())
    if len(firsts) > 1:
        most = min(max(len(works) // 10, 3), MOST_HOLDERS)
        yield from _near(list(firsts.values()), most, least_share)


def _near(works: Sequence[_Work], most: int, least_share: float) -> Iterator[_Pair]:
    """The pairs of different texts. Fingerprints that more than `most` have do not count."""
    sizes = np.array([len(work.own) for work in works])
    hashes = np.concatenate([work.own for work in works])
    order = np.argsort(hashes, kind="stable")
    holders = np.repeat(np.arange(len(works)), sizes)[order]
    unique, starts, counts = np.unique(hashes[order], return_index=True, return_counts=True)
    numbers: list[NDArray[np.int64]] = []  # for each fingerprint and two who have it: a number that says which two
    for count in range(2, most + 1):
        groups = holders[starts[counts == count][:, None] + np.arange(count)]
        numbers += [groups[:, one] * len(works) + groups[:, other] for one, other in combinations(range(count), 2)]
    pairs, shared = np.unique(np.concatenate(numbers), return_counts=True)
    ones, others = np.divmod(pairs, len(works))
    shares = shared / np.minimum(sizes[ones], sizes[others])
    common = frozenset(unique[counts > most].tolist())
    for at in np.flatnonzero((shares >= least_share) & (shared >= LEAST_SHARED)):
        yield _Pair(float(shares[at]), works[ones[at]], works[others[at]], common)


def _side_by_side(pair: _Pair, stub: _Stub) -> Alike:
    from copydetect import compare_files

    submissions = [_read_again(work.entry) for work in (pair.one, pair.other)]
    texts, firsts = zip(*(_tidied(_decoded(each)) for each in submissions), strict=True)
    if is_identical := pair.one.digest == pair.other.digest:
        own = {at for at, line in enumerate(texts[0].split("\n")) if line not in stub.lines}
        marked: Sequence[Collection[int]] = (own, own)
    else:
        prints = [_fingerprint(text) for text in texts]
        for each in prints:  # its own way to leave fingerprints out drops places that a text has twice
            each.hashes -= stub.hashes | pair.common
        _, _, stretches = compare_files(*prints)
        marked = [_lines_of(text, zip(*each, strict=True)) for text, each in zip(texts, stretches, strict=True)]
    one, other = (
        Side(entry=work.entry, lines=tuple(_lines(*facts)))
        for work, *facts in zip((pair.one, pair.other), submissions, texts, firsts, marked, strict=True)
    )
    return Alike(one=one, other=other, share=pair.share, is_identical=is_identical)


def _read_again(entry: Entry) -> Submission:
    submission = _read(entry)
    if submission is None:
        raise GraderFault(f"{entry.name} could be read a moment ago, and now it cannot.")
    return submission


def _lines_of(text: str, stretches: Iterable[tuple[int, int]]) -> set[int]:
    """The lines, from 0, that the stretches [start, end) of the text lie on."""
    starts = [0, *(at + 1 for at, character in enumerate(text) if character == "\n")]
    found: set[int] = set()
    for start, end in stretches:
        inside = len(text[start:end].rstrip())  # a stretch ends where the next token begins
        found.update(range(bisect_right(starts, start) - 1, bisect_right(starts, start + max(inside, 1) - 1)))
    return found


def _lines(submission: Submission, text: str, first: int, marked: Collection[int]) -> Iterator[Line]:
    for at, line in enumerate(text.split("\n")):
        place = submission.place(first + at, [])
        label = f"{place.line}" if place.cell is None else f"{place.cell}:{place.line}"
        yield Line(label=label, text=line, is_shared=at in marked)
