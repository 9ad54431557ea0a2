"""When work came in, and how late that is: time stamps as platforms write them, held against a deadline."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grader.batch.intake.sources import Source
from grader.batch.late import Lateness
from grader.errors import GraderFault, Unreadable
from grader.text import shorten

# Beyond these, some systems do not know the offset of their own zone, and Python has no room for one at its first and
# last year. Nobody handed anything in then.
YEARS = range(1971, 3000)

_MOST_BYTES = 200
_MOST_CHARACTERS = 60
_MOST_NAMED = 3

# Hours east of Greenwich, from the tz database (data.iana.org/time-zones, release 2025b): each of these abbreviations
# has one meaning in it today. CST, CDT, IST and PST have several, and are read where they are this machine's own.
_HOURS = {
    "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "EST": -5, "EDT": -4, "MST": -7, "MDT": -6, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "AST": -4, "ADT": -3,
    "NST": -3.5, "NDT": -2.5, "WAT": 1, "CAT": 2, "SAST": 2, "EAT": 3, "PKT": 5, "WIB": 7, "HKT": 8, "AWST": 8,
    "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip


class MachineZone(tzinfo):
    """This machine's time zone: of each moment the offset of its own day, whether or not that is in summer time."""

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """The offset from UTC, as the system has it for the date; none without a date."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, _: datetime | None) -> timedelta | None:
        """Not known: the offset says it all."""
        return None

    def tzname(self, moment: datetime | None) -> str | None:
        """The abbreviation that the system has for the date."""
        return None if moment is None else moment.replace(tzinfo=None).astimezone().tzname()


def time_stamps(files: Mapping[tuple[str, ...], Source]) -> tuple[dict[tuple[str, ...], datetime], list[str]]:
    """When what lies in each folder was handed in, as a file in it says; and what files say that cannot be read."""
    times: dict[tuple[str, ...], datetime] = {}
    unread: list[str] = []
    for parts, source in files.items():
        text = _text(source)
        if moment := read_moment(text):
            times[parts[:-1]] = moment
        else:
            unread.append(cannot_be_read("/".join(parts), text))
    return times, unread


def cannot_be_read(where: str, text: str) -> str:
    """What a file says that is no time, in a few words."""
    return f"{where} says {shorten(text, limit=_MOST_CHARACTERS)!r}"


def unread_note(unread: Sequence[str]) -> str:
    """A sentence about times that cannot be read, for whoever counts lateness."""
    more = f"; and {len(unread) - _MOST_NAMED} more" if len(unread) > _MOST_NAMED else ""
    times = "1 time" if len(unread) == 1 else f"{len(unread)} times"
    said = "; ".join(unread[:_MOST_NAMED])
    return f"{times} of handing in cannot be read, so that work does not count as late: {said}{more}."


def read_moment(text: str) -> datetime | None:
    """A time such as "2026-02-02 15:58:23.948203 UTC", with an offset, with a zone's name or its abbreviation.

    nbgrader writes "%Y-%m-%d %H:%M:%S.%f %Z", which is an abbreviation. None for what cannot be read, or is of no year
    in which anything is handed in.
    """
    moment = _moment(text)
    return moment if moment and moment.year in YEARS else None


def lateness(submitted_at: datetime | None, due: datetime | None) -> Lateness | None:
    """How late it came in; None where that is not known. A time without a zone is one of the deadline's zone."""
    if due is None or submitted_at is None:
        return None
    at = submitted_at if submitted_at.tzinfo else submitted_at.replace(tzinfo=due.tzinfo)
    late = at.astimezone(UTC) - due.astimezone(UTC)  # in one zone of their own, Python would subtract the clocks' hands
    return Lateness(max(0.0, late.total_seconds()))


def _moment(text: str) -> datetime | None:
    moment, _, zone = text.rpartition(" ")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(moment).replace(tzinfo=_zone(zone))
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return None


def _zone(name: str) -> tzinfo:
    """The machine's own abbreviations mean what they mean there. CET is no zone here: ZoneInfo's has summer time."""
    own = dict(zip(time.tzname, (-time.timezone, -time.altzone), strict=True))
    if (seconds := own.get(name)) is not None:
        return timezone(timedelta(seconds=seconds))
    return timezone(timedelta(hours=_HOURS[name])) if name in _HOURS else ZoneInfo(name)


def _text(source: Source) -> str:
    """What is in a file with a time stamp, or why that is not known."""
    if source.size > _MOST_BYTES:
        return "too much for a time"
    try:
        return source.read().decode("utf-8", errors="replace").strip()
    except (Unreadable, GraderFault) as fault:
        return fault.message
