"""Which exercise a file is for, from its name or a folder's, and which try of the student's it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

Words = tuple[str, ...]

_GLUE = " _-."

# Digits and letters apart, so that "ex2", "ex 02" and "Ex_2" are the same words.
_WORD = re.compile(r"\d+|[^\W\d_]+")
_TRY = re.compile(r"(?:^|[\W_])(?:attempt|try|resubmission)[\W_]*(\d{1,4})(?!\d)", re.IGNORECASE)
_COPY = re.compile(r"^(.*\S)\s*\((\d{1,4})\)$", re.DOTALL)  # what browsers make of a second download


@dataclass(frozen=True, slots=True)
class ExerciseNames:
    """An exercise of the batch, and the names that files and folders may call it by: id, folder, title.

    `stub` is the file that a student starts from, where there is one.
    """

    id: str
    names: tuple[str, ...] = ()
    stub: Path | None = None


class Naming:
    """Looks in names for the exercises of a batch, and for `others` that are known and not asked for.

    One word alone names no other: "adam" is an exercise on an optimizer, and a student.
    """

    def __init__(self, exercises: Sequence[ExerciseNames], others: Sequence[ExerciseNames] = ()) -> None:
        self.ids = tuple(exercise.id for exercise in exercises)
        self.other_ids = tuple(exercise.id for exercise in others)
        known = (*exercises, *others)
        spellings = [(words, each.id) for each in exercises for words in _spellings(each)]
        spellings += [(words, each.id) for each in others for words in _spellings(each) if len(words) > 1]
        self._words = _longest_first(spellings)
        self._slugs = _longest_first((words, each.id) for each in known for words in _slugs(each))
        self._firsts = {words[0] for words, _ in (*self._words, *self._slugs)}
        # A class names its files and folders much alike, and each name is asked after several times.
        self._cached = lru_cache(maxsize=10_000)(self._known_in)
        self._stripped = lru_cache(maxsize=10_000)(self._without_names)

    def ids_in(self, name: str) -> tuple[str, ...]:
        """The exercises that `name` calls by a name of theirs, in the order of the batch."""
        return self._cached(name)[0]

    def others_in(self, name: str) -> tuple[str, ...]:
        """The others that `name` calls by a name of theirs; none where it calls one of the batch."""
        asked, others = self._cached(name)
        return () if asked else others

    def names_any(self, name: str) -> bool:
        """Whether `name` calls any exercise by a name of its own."""
        return any(self._cached(name))

    def _known_in(self, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        words = _words(name)
        if self._firsts.isdisjoint(words):
            return (), ()
        return self._found(words, self.ids), self._found(words, self.other_ids)

    def _found(self, words: Words, among: tuple[str, ...]) -> tuple[str, ...]:
        for spellings in (self._words, self._slugs):
            found = {each for spelling, each in spellings if each in among and _find(words, spelling) is not None}
            if found:
                return tuple(exercise for exercise in among if exercise in found)
        return ()

    def without_names(self, name: str) -> str:
        """`name` without the exercises in it and what glued them on: "ada_ex2" becomes "ada", and "_ada" stays."""
        return self._stripped(name)

    def _without_names(self, name: str) -> str:
        if self._firsts.isdisjoint(_words(name)):
            return name
        for spelling, _ in (*self._words, *self._slugs):
            while (at := _find(_words(name), spelling)) is not None:
                matches = list(_WORD.finditer(name))
                before, after = name[: matches[at].start()], name[matches[at + len(spelling) - 1].end() :]
                if before.strip(_GLUE):
                    name = before.rstrip(_GLUE) + (after if after.strip(_GLUE) else "")
                else:
                    name = after.lstrip(_GLUE)
        return name


def split_try(stem: str) -> tuple[str, int]:
    """A name without the mark of a further try, and the number of the try from 1.

    "ada (1)" is the second one, "ada_attempt3" the third.
    """
    if copy := _COPY.match(stem):
        return copy[1], int(copy[2]) + 1
    if again := _TRY.search(stem):
        return (stem[: again.start()] + stem[again.end() :]).strip(_GLUE), max(1, int(again[1]))
    return stem, 1


def _spellings(exercise: ExerciseNames) -> Iterable[Words]:
    spellings = dict.fromkeys(_words(name) for name in (exercise.id, *exercise.names))
    words = _words(exercise.id)
    if words[:1] == ("ex",):
        spellings[("exercise", *words[1:])] = None
    return [words for words in spellings if words]


def _slugs(exercise: ExerciseNames) -> Iterable[Words]:
    """What follows the id in a name: "missing_zero_grad" of ex5_missing_zero_grad. One word alone says too little."""
    id_words = _words(exercise.id)
    for words in map(_words, exercise.names):
        if words[: len(id_words)] == id_words and len(words) > len(id_words) + 1:
            yield words[len(id_words) :]


def _longest_first(spellings: Iterable[tuple[Words, str]]) -> list[tuple[Words, str]]:
    return sorted(spellings, key=lambda entry: -len(entry[0]))


def _words(name: str) -> Words:
    words = (match.casefold() for match in _WORD.findall(name))
    return tuple(word.lstrip("0") or "0" if word.isdigit() else word for word in words)


def _find(words: Words, spelling: Words) -> int | None:
    size = len(spelling)
    return next((at for at in range(len(words) - size + 1) if words[at : at + size] == spelling), None)
