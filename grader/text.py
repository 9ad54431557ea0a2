"""Text that came from a submission, made inert once, at the door.

`clean` is for whoever takes text in; the reporters call it again, each for its own medium, so that a caller
who forgot it does no harm. Applying it twice changes nothing.
"""

from __future__ import annotations

import re

# Colour and "erase to the end of the line" only decorate: what they decorate stays.
_DECORATION = re.compile(r"\x1b\[[0-9;:]*+[mK]")

# As in "<function f at 0x7f3a5c1d2e80>": another one in each run, so no two reports would be the same.
_ADDRESS = re.compile(r"(?<= at )0x[0-9a-fA-F]{6,}")

# Whatever steers a terminal, hides, reorders or splits a line, or cannot be encoded: the control characters
# but tab and newline, soft hyphen, zero-width and bidirectional marks, U+2028/2029, byte order mark, fillers and
# format characters that nobody sees, annotation and tag characters, noncharacters, lone surrogates. The joiners
# U+200C and U+200D and the variation selectors up to U+FE0F stay: Persian and emoji need them.
_UNSAFE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    r"\u3164\ufeff\uffa0\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff"
    r"\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

# GitHub's runner looks for "##[" anywhere in a line of a log (ActionCommand.TryParse), Azure's for "##vso[",
# TeamCity for "##teamcity[". "::" counts only where a line begins, which a reporter knows (see `quiet`): x[::2] is
# honest Python.
_LOG_COMMAND = re.compile(r"##(?=\[|vso\[|teamcity\[)", re.IGNORECASE)
_LINE_COMMAND = re.compile(r"^([^\S\n]*)(?=::)", re.MULTILINE)

# How much a cut may give up to end at the end of a line.
_LINE_SLACK = 200


def clean(text: str, *, limit: int) -> str:
    """`text` as it may be shown anywhere: overwritten parts gone, addresses masked, inert, and not too long.

    `limit` counts the characters that are kept; one sentence comes on top when something is left out.
    """
    return shorten(inert(_ADDRESS.sub("0x...", _as_seen(_DECORATION.sub("", text)))), limit=limit)


def inert(text: str) -> str:
    r"""`text` with every unsafe character as Python writes it in a string, such as `\x1b` or `\u202e`."""
    if text.isascii() and text.isprintable() and "##" not in text:  # as most texts are
        return text
    return _LOG_COMMAND.sub(r"##\\", _UNSAFE.sub(_escape, text))


def quiet(text: str) -> str:
    """Inert `text` for a place where each of its lines may begin a line of a log: no line is a `::` command."""
    return _LINE_COMMAND.sub(r"\1\\", text)


def shorten(text: str, *, limit: int) -> str:
    """The head and the tail of `text`, `limit` characters together, and between them how much is missing."""
    if len(text) <= limit:
        return text
    head, tail = text[: limit - limit // 2], text[len(text) - limit // 2 :]
    gap = " "
    if "\n" in text:
        gap = "\n"
        lines, _, rest = head.rpartition("\n")
        head = lines if lines and len(rest) <= _LINE_SLACK else head
        rest, _, lines = tail.partition("\n")
        tail = lines if lines and len(rest) <= _LINE_SLACK else tail
    return f"{head}{gap}[{len(text) - len(head) - len(tail):,} characters left out]{gap}{tail}"


def _as_seen(text: str) -> str:
    """Carriage returns and backspaces carried out as on a screen: of a progress bar its last state stays."""
    text = text.replace("\r\n", "\n")
    if "\r" not in text and "\b" not in text:
        return text
    return "\n".join(_last_state(line) for line in text.split("\n"))


def _last_state(line: str) -> str:
    shown = next((part for part in reversed(line.split("\r")) if part.strip()), "")
    if "\b" not in shown:
        return shown
    kept: list[str] = []
    for character in shown:
        if character != "\b":
            kept.append(character)
        elif kept:
            kept.pop()
    return "".join(kept)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
