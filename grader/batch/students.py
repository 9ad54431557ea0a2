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
    participant: another one in each assignment. `group` is the one in Moodle, as Moodle calls it.
    """

    key: str
    name: str = ""
    email: str = ""
    sid: str = ""
    login: str = ""
    github: str = ""
    canvas_id: str = ""
    moodle_id: str = ""
    group: str = ""

    def filled_from(self, other: Student) -> Student:
        """This student, with what is empty here taken from `other`."""
        gaps = {each.name: getattr(other, each.name) for each in fields(self) if not getattr(self, each.name)}
        return replace(self, **gaps)


# In the order in which they are believed. Ids that two platforms number alike by accident come last.
_IDS = ("canvas_id", "sid", "email", "login", "github", "moodle_id")

# Two different values of one of these cannot belong to one person, whatever else fits.
_CONTRADICT = ("canvas_id", "sid")

# Nor can these, where no more than this fits. An account "chris" is one of many: everything known must be in keeping.
# A name is more, and people have several e-mail addresses; but they hand in from one GitHub account.
_CONTRADICT_A_GUESS = {
    "account": ("email", "login", "github"),
    "local": ("email", "login", "github"),
    "name": ("github",),
}

# Where no more than this fits, another name is another person. Moodle's number is another one in each assignment: last
# week's must not fit somebody else. A number fits here that is the same but for zeros before it.
_NEED_THE_NAME = ("account", "local", "number", "moodle_id")


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
        part of an e-mail address before the @, unless something contradicts: chris@gmail.com need not be chris@x.edu.
        Names are compared without case, accents and the order of their words.
        """
        if not wanted.email:
            wanted = replace(wanted, email=next((each for each in (wanted.login, wanted.key) if "@" in each), ""))
        for handle in _questions(wanted):
            found = [each for each in self._by.get(handle, ()) if not _contradict(each, wanted, handle)]
            if found:
                return tuple(found)
        return ()

    def with_email(self, address: str) -> tuple[Student, ...]:
        """Whoever has this e-mail address, whatever else is known of them."""
        return tuple(self._by.get(("email", _plain(address)), ()))


def words(text: str) -> list[str]:
    """The words of a name, without case, accents and punctuation."""
    letters = (each if each.isalnum() or unicodedata.category(each)[0] == "M" else " " for each in _plain(text))
    return "".join(letters).split()


def name_forms(name: str) -> frozenset[str]:
    """What a name may look like elsewhere: its words sorted, and run together in every rotation ("lastfirst")."""
    own = words(name)
    rotations = ("".join(own[turn:] + own[:turn]) for turn in range(min(len(own), 8)))
    return frozenset((" ".join(sorted(own)), *rotations)) - {""}


def is_nameless(student: Student) -> bool:
    """Whether the name is none, but a number, an address or an account over again."""
    return _without_zeros(_plain(student.name)) in ("", *(_without_zeros(_value(student, kind)) for kind in _IDS))


def share_an_id(one: Student, other: Student) -> bool:
    """Whether an id, rather than a name, says that two are the same."""
    return not set(_ids(one)).isdisjoint(_ids(other))


def differ_in(one: Student, other: Student) -> str:
    """The id by which one input tells two students apart, so that they are two whatever their names say; else empty.

    In a folder of several exports, Moodle's number is another one in each: there, the keys tell namesakes apart.
    """
    kinds = (kind for kind in ("canvas_id", "sid", "email", "github") if _differ(one, other, kind))
    by_number = one.key != other.key and _differ(one, other, "moodle_id")
    return next(kinds, "moodle_id" if by_number else "")


def _handles(student: Student) -> Iterator[tuple[str, str]]:
    """What `student` is found by."""
    for kind, value in _ids(student):
        yield kind, value
        if kind not in ("canvas_id", "moodle_id", "number"):
            yield ("local", value.partition("@")[0]) if "@" in value else ("account", value)
    for form in name_forms(student.name):
        yield "name", form


def _questions(wanted: Student) -> Iterator[tuple[str, str]]:
    """The handles to look for, the most telling first."""
    yield from _ids(wanted)
    # A platform's own number says nothing elsewhere: student number 12 need not be user 12 of Canvas.
    key = wanted.key if wanted.key not in (wanted.canvas_id, wanted.moodle_id) else ""
    for account in filter(None, map(_plain, (key, wanted.login, wanted.github, wanted.email))):
        yield "account", account.partition("@")[0]
        if "@" not in account:
            yield "local", account
            yield "number", _without_zeros(account)
    for name in (wanted.name, key):
        for form in sorted(name_forms(name)):
            yield "name", form


def _ids(student: Student) -> Iterator[tuple[str, str]]:
    """The ids that are known. A login that is an e-mail address is one."""
    for kind in _IDS:
        if value := _plain(getattr(student, kind)):
            yield "email" if "@" in value else kind, value
            if kind == "sid":
                yield "number", _without_zeros(value)


def _contradict(one: Student, other: Student, handle: tuple[str, str]) -> bool:
    """Whether two whom this handle fits are two all the same."""
    kind, value = handle
    if any(_differ(one, other, each) for each in (*_CONTRADICT, *_CONTRADICT_A_GUESS.get(kind, ()))):
        return True
    if kind not in _NEED_THE_NAME or _is_called_by(one, value) or _is_called_by(other, value):
        return False
    # With a number, "Bob Smith" may well be "Robert Smith".
    return _are_two_names(one.name, other.name) and not (kind == "number" and _share_a_word(one.name, other.name))


def _differ(one: Student, other: Student, kind: str) -> bool:
    mine, theirs = _value(one, kind), _value(other, kind)
    if not ("@" in mine and "@" in theirs):  # a login may be "ada" here and "ada@x.edu" there
        mine, theirs = mine.partition("@")[0], theirs.partition("@")[0]
    return "" != mine != theirs != ""


def _is_called_by(student: Student, value: str) -> bool:
    """Whether the name says no more than the handle that fits, as that of a student known by a folder's name alone."""
    return is_nameless(student) or _without_zeros(_plain(student.name)) == _without_zeros(value)


def _are_two_names(one: str, other: str) -> bool:
    """Whether names differ by more than how they are written and what is left out: "Ada M. Example", "exampleada"."""
    mine, theirs = set(words(one)), set(words(other))
    return name_forms(one).isdisjoint(name_forms(other)) and not (mine <= theirs or theirs <= mine)


def _share_a_word(one: str, other: str) -> bool:
    return not set(words(one)).isdisjoint(words(other))


def _value(student: Student, kind: str) -> str:
    value = _plain(getattr(student, kind))
    return _without_zeros(value) if kind == "sid" else value


def _without_zeros(text: str) -> str:
    """A number as a spreadsheet leaves it: 123 for 0123."""
    return (text.lstrip("0") or "0") if text.isdecimal() else text


def _plain(text: str) -> str:
    """Without case, accents and surrounding space."""
    text = text.strip()
    return text.casefold() if text.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()
