"""What a submission says is made inert once, and stays readable."""

from __future__ import annotations

import sys
import unicodedata
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import text as module
from grader.text import clean, inert, shorten

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)
ASCII = st.text(st.characters(max_codepoint=0x7F), max_size=8)
PIECES = ASCII | st.sampled_from(["#", "##[", "[", "vso[", " at ", "0x7f12ab34cd56", "\x1b[1m", "\r\n", "\x7f"])


def cleaned(text: str) -> str:
    return clean(text, limit=10_000)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext\nin two lines", "plain\ttext\nin two lines"),
        ("naïve 漢字 😀 👩‍💻 می‌خواهم", "naïve 漢字 😀 👩‍💻 می‌خواهم"),
        ("x[::2], std::vector", "x[::2], std::vector"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[Hgone", r"\x1b[2J\x1b[Hgone"),
        ("\x1b]8;;http://evil.example\x07x", r"\x1b]8;;http://evil.example\x07x"),
        ("\x9b31m\x85", r"\x9b31m\x85"),
        ("abc\u202etxt.exe\u2066", r"abc\u202etxt.exe\u2066"),
        ("a\u2028b\u2029c\x0bd\x0ce", r"a\u2028b\u2029c\x0bd\x0ce"),
        ("\x00\ud800\udfff", r"\x00\ud800\udfff"),
        ("\ufeff\u200b\U000e0041", r"\ufeff\u200b\U000e0041"),
        ("##[error]x ##VSO[task] ##teamcity[x]", r"##\[error]x ##\VSO[task] ##\teamcity[x]"),
        ("## [1, 2] a heading", "## [1, 2] a heading"),
    ],
)
def test_unsafe_characters_are_written_as_python_writes_them(text: str, shown: str) -> None:
    assert cleaned(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\r 10%\r 50%\r100%\ndone", "100%\ndone"),
        ("100%|####|\r          \r\n", "100%|####|\n"),
        ("windows\r\nlines\r\n", "windows\nlines\n"),
        ("99\b\b100", "100"),
        ("\b\b\bx", "x"),
    ],
)
def test_a_progress_bar_leaves_its_last_state(text: str, shown: str) -> None:
    assert cleaned(text) == shown


def test_addresses_are_masked_so_that_two_runs_agree() -> None:
    assert cleaned("<function f at 0x7f12ab34cd56>") == "<function f at 0x...>"
    assert cleaned("mask at 0xff, address 0x7f12ab34cd56") == "mask at 0xff, address 0x7f12ab34cd56"


def test_a_long_text_keeps_head_and_tail_and_says_what_is_missing() -> None:
    lines = "\n".join(f"line {number}" for number in range(10_000))
    short = shorten(lines, limit=1_000)
    assert short.startswith("line 0\nline 1\n")
    assert short.endswith("\nline 9998\nline 9999")
    head, tail = short.split("\n[")[0], short.split("left out]\n")[1]
    assert f"\n[{len(lines) - len(head) - len(tail):,} characters left out]\n" in short
    assert all(line in lines.split("\n") for line in [*head.split("\n"), *tail.split("\n")])


@pytest.mark.parametrize("limit", [0, 1, 2, 3, 99, 100, 101])
def test_the_limit_counts_the_kept_characters(limit: int) -> None:
    short = shorten("x" * 100, limit=limit)
    assert short.count("x") == min(limit, 100)
    assert (" left out] " in short + " ") == (limit < 100)


@given(ANY_TEXT)
def test_nothing_unsafe_is_left(text: str) -> None:
    shown = clean(text, limit=100)
    assert all(
        character in "\t\n" or unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"} for character in shown
    )
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\ufeff")
    assert len(shown.splitlines()) <= shown.count("\n") + 1
    shown.encode()


def test_of_all_that_nobody_sees_only_what_writing_needs_is_left() -> None:
    kept = set("\t\n\u200c\u200d")
    visible = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    left = {each for each in inert(everything) if unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert kept <= left <= kept | visible


@given(ANY_TEXT)
def test_twice_is_as_once(text: str) -> None:
    once = cleaned(text)
    assert cleaned(once) == once
    assert inert(once) == once


@given(st.lists(PIECES, max_size=8).map("".join) | ANY_TEXT)
def test_a_plain_text_is_seen_to_be_one_only_where_nothing_changes(text: str) -> None:
    quickly = clean(text, limit=20), inert(text)
    with mock.patch.object(module, "_is_plain", return_value=False):
        assert (clean(text, limit=20), inert(text)) == quickly


def test_hostile_megabytes_take_no_unusual_work() -> None:
    for text in [
        "\x1b[" * 500_000,
        "\x1b[" + "0" * 1_000_000,
        "\b" * 1_000_000,
        "\r" * 1_000_000,
        "#" * 1_000_000,
    ]:
        assert len(clean(text, limit=1_000)) < 1_100
