"""Who handed in, and how one platform's student is found again in another's list."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace

# What Latin, Greek and Cyrillic letters carry. Vowel signs of other scripts stay: they make another name.
_ACCENTS = re.compile("[\u0300-\u036f]")

_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "æ": "ae", "å": "aa"})


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
_CONTRADICT_AN_ACCOUNT = ("email", "login", "github")
_CONTRADICT_A_NAME = ("github",)
_ACCOUNTS, _NAMES = ("account", "local"), ("name", "spelling")

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
        wanted = replace(wanted, email=address_of(wanted))
        for handle in _questions(wanted):
            found = [each for each in self._by.get(handle, ()) if not _contradict(each, wanted, handle)]
            if found:
                return tuple(found)
        return ()

    def find_but_for_email(self, wanted: Student) -> tuple[Student, ...]:
        """Whoever this might be, were the e-mail address not another one."""
        account = _plain(address_of(wanted)).partition("@")[0]
        return tuple(
            each
            for handle in (("account", account), ("local", account))
            for each in self._by.get(handle, ())
            if account and each.email and not _contradict(replace(each, email=""), wanted, handle)
        )

    def with_email(self, address: str) -> tuple[Student, ...]:
        """Whoever has this e-mail address, whatever else is known of them."""
        return tuple(self._by.get(("email", _plain(address)), ()))


def address_of(student: Student) -> str:
    """The e-mail address, which may be in place of a login or a name."""
    return next((each for each in (student.email, student.login, student.key) if "@" in each), student.email)


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
    for form in name_forms(_spelt_out(student.name)):
        yield "spelling", form


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
    for name in (wanted.name, key):
        for form in sorted(name_forms(_spelt_out(name))):
            yield "spelling", form


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
    is_unnamed = _is_called_by(one, value) or _is_called_by(other, value)
    are_two = kind in _NEED_THE_NAME and not is_unnamed and _are_two_names(one.name, other.name)
    telling: tuple[str, ...] = _CONTRADICT
    if kind in _NAMES or (kind in _ACCOUNTS and not is_unnamed and not are_two):
        telling += _CONTRADICT_A_NAME
    elif kind in _ACCOUNTS:
        telling += _CONTRADICT_AN_ACCOUNT
    if any(_differ(one, other, each) for each in telling):
        return True
    # With an account or a number, "Bob Smith" may well be "Robert Smith"; "Chris" says no more than the account chris.
    return are_two and (kind == "moodle_id" or not _may_be_one(one.name, other.name, value))


def _differ(one: Student, other: Student, kind: str) -> bool:
    mine, theirs = _value(one, kind), _value(other, kind)
    if not ("@" in mine and "@" in theirs):  # a login may be "ada" here and "ada@x.edu" there
        mine, theirs = mine.partition("@")[0], theirs.partition("@")[0]
    return "" != mine != theirs != ""


def _is_called_by(student: Student, value: str) -> bool:
    """Whether the name says no more than the handle that fits, as that of a student known by a folder's name alone."""
    return (
        is_nameless(student) or not words(student.name) or _without_zeros(_plain(student.name)) == _without_zeros(value)
    )


def _are_two_names(one: str, other: str) -> bool:
    """Whether names differ by more than how they are written and what is left out: "Ada M. Example", "exampleada"."""
    return not any(
        name_forms(mine) & name_forms(theirs)
        or set(words(mine)) <= set(words(theirs))
        or set(words(theirs)) <= set(words(mine))
        for mine in (one, _spelt_out(one))
        for theirs in (other, _spelt_out(other))
    )


def _may_be_one(one: str, other: str, account: str) -> bool:
    """Whether two names have a word in common, or no script: nothing in "Xiaoming Wang" speaks against its Chinese."""
    mine, theirs = ({*words(name), *words(_spelt_out(name))} for name in (one, other))
    scripts = [
        {unicodedata.name(each, "").partition(" ")[0] for each in name if each.isalpha()} for name in (one, other)
    ]
    return bool(mine & theirs - {account}) or (all(scripts) and scripts[0].isdisjoint(scripts[1]))


def _value(student: Student, kind: str) -> str:
    value = _plain(getattr(student, kind))
    return _without_zeros(value) if kind == "sid" else value


def _without_zeros(text: str) -> str:
    """A number as a spreadsheet leaves it: 123 for 0123."""
    return (text.lstrip("0") or "0") if text.isdecimal() else text


def _spelt_out(name: str) -> str:
    """A name as it is written where there are no such letters: Mueller for Müller."""
    return name if name.isascii() else unicodedata.normalize("NFC", name.casefold()).translate(_LETTERS)


def _plain(text: str) -> str:
    """Without case, accents and surrounding space."""
    text = text.strip()
    return text.casefold() if text.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()
