"""Who handed in, and how one platform's student is found again in another's list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace

# What Latin, Greek and Cyrillic letters carry. Vowel signs of other scripts stay: they make another name.
_ACCENTS = re.compile("[\u0300-\u036f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Student:
    """One student. `key` is unique in a batch, and no file name; whatever is not known is empty.

    `sid` is the institution's number (SIS User ID, ID number), `login` the name to log in with, `github` the account
    there, `canvas_id` the number that Canvas gives a user, `moodle_id` the one that a Moodle assignment gives a
    participant: another one in each assignment.
    """

    key: str
    name: str = ""
    email: str = ""
    sid: str = ""
    login: str = ""
    github: str = ""
    canvas_id: str = ""
    moodle_id: str = ""

    def filled_from(self, other: Student) -> Student:
        """This student, with what is empty here taken from `other`."""
        gaps = {each.name: getattr(other, each.name) for each in fields(self) if not getattr(self, each.name)}
        return replace(self, **gaps)


# In the order in which they are believed. Ids that two platforms number alike by accident come last.
_IDS = ("canvas_id", "sid", "email", "login", "github", "moodle_id")

# Two different values of one of these cannot belong to one person, whatever the name says.
_CONTRADICT = ("canvas_id", "sid")


class Directory:
    """Students who can be looked up by another list's idea of them."""

    def __init__(self, students: Iterable[Student]) -> None:
        self.students = tuple(students)
        self._by: dict[tuple[str, str], list[Student]] = {}
        for student in self.students:
            for handle in dict.fromkeys(_handles(student)):
                self._by.setdefault(handle, []).append(student)

    def find(self, wanted: Student) -> tuple[Student, ...]:
        """Whoever this may be: one student, nobody, or several who cannot be told apart.

        An id decides before a name does. A file or folder name (the `key`) is compared with logins, numbers and the
        part of an e-mail address before the @. Names are compared without case, accents and the order of their words.
        """
        for handle in _questions(wanted):
            found = [each for each in self._by.get(handle, ()) if not _contradict(each, wanted, handle[0])]
            if found:
                return tuple(found)
        return ()


def name_forms(name: str) -> frozenset[str]:
    """What a name may look like elsewhere: its words sorted, and run together in every rotation ("lastfirst")."""
    letters = (each if each.isalnum() or unicodedata.category(each)[0] == "M" else " " for each in _plain(name))
    words = "".join(letters).split()
    rotations = ("".join(words[turn:] + words[:turn]) for turn in range(min(len(words), 8)))
    return frozenset((" ".join(sorted(words)), *rotations)) - {""}


def _handles(student: Student) -> Iterator[tuple[str, str]]:
    """What `student` is found by."""
    for kind in _IDS:
        if value := _plain(getattr(student, kind)):
            yield kind, value
            if kind not in ("canvas_id", "moodle_id"):
                yield "account", value.partition("@")[0]
    for form in name_forms(student.name):
        yield "name", form


def _questions(wanted: Student) -> Iterator[tuple[str, str]]:
    """The handles to look for, the most telling first."""
    for kind in _IDS:
        if value := _plain(getattr(wanted, kind)):
            yield kind, value
    # A platform's own number says nothing elsewhere: student number 12 need not be user 12 of Canvas.
    key = wanted.key if wanted.key not in (wanted.canvas_id, wanted.moodle_id) else ""
    for account in (key, wanted.login, wanted.github, wanted.email):
        if value := _plain(account):
            yield "account", value.partition("@")[0]
    for name in (wanted.name, key):
        for form in sorted(name_forms(name)):
            yield "name", form


def share_an_id(one: Student, other: Student) -> bool:
    """Whether an id, rather than a name, says that two are the same."""
    pairs = ((_plain(getattr(one, kind)), _plain(getattr(other, kind))) for kind in _IDS)
    return any(mine and mine == theirs for mine, theirs in pairs)


def _contradict(one: Student, other: Student, handle: str) -> bool:
    if handle == "moodle_id" and one.name and other.name and name_forms(one.name).isdisjoint(name_forms(other.name)):
        return True  # the number is another one in each assignment: last week's must not fit somebody else
    pairs = ((_plain(getattr(one, kind)), _plain(getattr(other, kind))) for kind in _CONTRADICT)
    return any(mine and theirs and mine != theirs for mine, theirs in pairs)


def _plain(text: str) -> str:
    """Without case, accents and surrounding space."""
    text = text.strip()
    return text.casefold() if text.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()
