"""How much of what an exercise asks for a file defines, by a look at its text.

This is for the choice between several files of a student, before anything is graded. A file of a student's is searched
and never parsed: a text made to break a parser would break the batch.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from grader.batch.intake.sources import Source
from grader.errors import GraderFault, Unreadable

_MOST_BYTES = 8 << 20  # of one file, from its beginning; pictures in a notebook count

# No pattern here goes back over what it has read: a file may be made to take its square.
_BLOCK = re.compile(r"(?m)^(?=[^\s)\]}])")  # where a line begins at the margin, but for the end of a long signature
_DEFINITION = re.compile(r"(?m)^(?:(?:async[ \t]++)?def|class)[ \t]++(\w++)")
_ASSIGNMENT = re.compile(
    r"(?m)^(\w[\w \t,]*+)(?::[^=\n]*+)?=(?!=)"
)  # train = ..., train: Any = ..., train, accuracy = ...
_WORD = re.compile(r"\w+")
_CELL = re.compile(r'"cell_type":\s*+"')
_SOURCE = re.compile(r'"source":\s*+(?:\[\s*+"((?:[^"\\]++|\\.|"\s*+,\s*+")*+)"|"((?:[^"\\]++|\\.)*+)")')
_LINE_END = re.compile(r'\\n(?:"\s*+,\s*+")?')
_NOISE = re.compile(r"[\s\"'\\]+")  # quotes and backslashes: a notebook's JSON adds some


def asked_for(stub: Path | None) -> dict[str, str]:
    """The functions and classes of a stub, each with its text in the stub; none where there is no stub."""
    try:
        text = stub.read_text(encoding="utf-8") if stub else ""
    except (OSError, ValueError):  # an exercise without a stub can be graded all the same
        return {}
    return {found[1]: _bare(block) for block in _BLOCK.split(text) if (found := _DEFINITION.match(block))}


def defined(source: Source, asked: Mapping[str, str]) -> set[str]:
    """Those of the names in `asked` that a file defines at its top level, other than as the stub does.

    All of them for a file that cannot be read through no fault of the student's: grading is to say so, rather than
    take the next best one in silence.
    """
    text = _text(source) if asked else ""
    if text is None:
        return set(asked)
    left_sides = (found[1] for found in _ASSIGNMENT.finditer(text))
    names = {name for each in left_sides for name in _WORD.findall(each) if name in asked}
    for found in _DEFINITION.finditer(text):
        if (name := found[1]) in asked and name not in names:
            end = _BLOCK.search(text, found.end())
            if _bare(text[found.start() : end.start() if end else None]) != asked[name]:
                names.add(name)
    return names


def mentioned(source: Source, names: Collection[str]) -> set[str]:
    """Those of the names that a file has anywhere: what is defined below an `if` is not at the top level."""
    text = _text(source) if names else ""
    return set(names) if text is None else {found[0] for found in _WORD.finditer(text) if found[0] in names}


def _text(source: Source) -> str | None:
    """What a file or the code cells of a notebook hold; None where it cannot be read through the grader's fault."""
    try:
        text = source.read()[:_MOST_BYTES].decode("utf-8-sig", errors="replace")
    except Unreadable:
        return ""
    except GraderFault:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _code_of_notebook(text) if text.lstrip().startswith("{") else text


def _code_of_notebook(text: str) -> str:
    """What the code cells of a notebook's JSON hold. The statement in a cell of text may show what is asked for."""
    cells = (cell for cell in _CELL.split(text) if cell.startswith('code"'))
    sources = (found[1] or found[2] or "" for cell in cells if (found := _SOURCE.search(cell)))
    return _LINE_END.sub("\n", "\n".join(sources)).replace("\\t", "\t")


def _bare(text: str) -> str:
    return _NOISE.sub("", text)
