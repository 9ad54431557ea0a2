"""A CSV file as cells that know where they stand, so that some can be filled and every other byte stays as it was.

Python's csv module reads values and forgets how they were written. Here a file is text, and a cell a stretch of it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageFault

MOST_BYTES = 64 << 20
_SEPARATOR = re.compile(r"sep=([,;\t])(?:\r\n|\r|\n|\Z)", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its value, and the stretch [start, end) of the text in which it is written."""

    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row and the line of the file, from 1, on which it begins."""

    line: int
    cells: tuple[Cell, ...]

    def __getitem__(self, column: int) -> str:
        """The value in this column without surrounding space, empty where the row is too short."""
        return self.cells[column].value.strip() if 0 <= column < len(self.cells) else ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written in it."""
        return not any(cell.value.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV file. `text` holds every character, a byte order mark included."""

    name: str
    text: str
    encoding: str
    delimiter: str
    rows: tuple[Row, ...]

    def filled(self, values: Mapping[tuple[int, int], str]) -> bytes:
        """The file with `values` at (row, column), both from 0. Quotes are written where there were or must be."""
        parts: list[str] = []
        done = 0
        for (row, column), value in sorted(values.items()):
            cell = self.rows[row].cells[column]
            parts += self.text[done : cell.start], self._written(value, self.text[cell.start : cell.end])
            done = cell.end
        return ("".join(parts) + self.text[done:]).encode(self.encoding)

    def _written(self, value: str, before: str) -> str:
        if before.lstrip(" ").startswith('"') or any(each in value for each in (self.delimiter, '"', "\r", "\n")):
            return '"' + value.replace('"', '""') + '"'
        return value


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file. Raises UsageFault where there is none, or where it is no CSV."""
    try:
        if not path.is_file():
            raise UsageFault(f"There is no file {path}.")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as problem:
        raise UsageFault(f"{path} cannot be read: {problem.strerror}.") from problem
    if len(data) > MOST_BYTES:
        raise UsageFault(f"{path.name} has more than {MOST_BYTES >> 20} MiB, which no list of students has.")
    return parse_sheet(data, path.name)


def parse_sheet(data: bytes, name: str) -> Sheet:
    """Parse a CSV file: comma, semicolon or tab, any line ends, UTF-8, UTF-16 with its mark, or else Windows-1252.

    Five bytes are nothing in Windows-1252, which Excel writes. A file with one of them is read as Latin-1, which gives
    back every byte it was given, so a file in another old code page survives as well. A first line such as sep=; is
    Excel's word on the delimiter, and no row.
    """
    text, encoding = _decoded(data)
    if "\0" in text:
        raise UsageFault(f"{name} is no CSV file: it holds NUL characters.", hint="Download or export it as CSV.")
    start = 1 if text.startswith("\ufeff") else 0
    said = _SEPARATOR.match(text, start)
    delimiter = said[1] if said else _delimiter(text[start:])
    start = said.end() if said else start
    return Sheet(name, text, encoding, delimiter, _rows(text, start, delimiter, name))


def _decoded(data: bytes) -> tuple[str, str]:
    encodings = [encoding for mark, encoding in _BOMS if data.startswith(mark)] or ["utf-8"]
    encodings.append("cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def _delimiter(text: str) -> str:
    """The one of the three that the first line has most of, outside quotes."""
    first_line = re.match(r'(?:"[^"]*"|[^\r\n"])*', text)
    assert first_line is not None
    bare = re.sub(r'"[^"]*"', "", first_line[0])
    return max(",;\t", key=bare.count)


def _rows(text: str, at: int, delimiter: str, name: str) -> tuple[Row, ...]:
    pattern = re.compile(
        # Spaces around a quoted cell are none of its value. After such a space it ends on its line: a quotation mark
        # there may be a bare cell's own.
        r'(?:"([^"]*(?:""[^"]*)*)" *| +"((?:[^"\r\n]|"")*)" *|((?!")[^%s\r\n]*))(%s|\r\n|\r|\n|\Z)'
        % ((re.escape(delimiter),) * 2)
    )
    rows: list[Row] = []
    cells: list[Cell] = []
    line = first_line = 1 + _line_ends(text[:at])
    while at < len(text) or cells:
        match = pattern.match(text, at)
        if match is None:
            raise UsageFault(f"{name}, line {line}: a quotation mark is missing or is one too many.")
        quoted, spaced, bare, separator = match.groups()
        value = (quoted or spaced or "").replace('""', '"') if bare is None else bare
        cells.append(Cell(value, at, match.start(4)))
        line += _line_ends(match[0])
        at = match.end()
        if separator != delimiter:
            rows.append(Row(first_line, tuple(cells)))
            cells, first_line = [], line
    return tuple(rows)


def _line_ends(text: str) -> int:
    return len(re.findall(r"\r\n|\r|\n", text))
