"""Control and invisible characters are escaped as `<U+001B>`, and in JSON with the same meaning."""

import json
import sys
import unicodedata

import msgspec
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.escapes import HIDDEN, escape_hidden, escape_hidden_json

ACTS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
SELECTORS = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
"""Emoji and the names of Chinese people need them."""
AROUND_NUMBERS = regex.compile(r"\p{Prepended_Concatenation_Mark}")
IGNORED = regex.compile(r"\p{Default_Ignorable_Code_Point}")
HOSTILE = [
    "\x1b]0;attack\x07",
    "\x9b31m",
    "a\rb",
    "a\nb",
    "\u202eabc",
    "\u2066",
    "\u200b",
    "\u2028",
    "\ud800",
    "\U000e0041",
]


def acts(char: str) -> bool:
    """Whether a character should be escaped, by its Unicode properties."""
    if ord(char) in SELECTORS or AROUND_NUMBERS.match(char):
        return False
    return unicodedata.category(char) in ACTS or IGNORED.match(char) is not None


def test_exactly_the_invisible_characters_of_unicode_are_escaped() -> None:
    wrong = [
        hex(code) for code in range(sys.maxunicode + 1) if acts(chr(code)) != (HIDDEN.match(chr(code)) is not None)
    ]
    # Hieroglyphs that join others are a matter of fonts, and not of terminals.
    assert [code for code in wrong if not 0x13430 <= int(code, 16) <= 0x1343F] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_no_invisible_character_is_left(text: str) -> None:
    assert HIDDEN.search(escape_hidden(text)) is None
    assert escape_hidden(text, keep=text) == text


@pytest.mark.parametrize("text", ["", "plain", "灯塔\u3000é", "👩🏽‍🦰".replace("\u200d", ""), "葛󠄀城", "a\xa0b"])
def test_visible_characters_stay(text: str) -> None:
    assert escape_hidden(text) == text


@given(
    st.recursive(
        st.text() | st.sampled_from(HOSTILE[:-2]), lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner)
    )
)
def test_escaped_json_has_the_same_value(value: object) -> None:
    written = escape_hidden_json(msgspec.json.format(msgspec.json.encode(value)))
    assert json.loads(written) == value
    assert HIDDEN.search(written.decode().replace("\n", "")) is None
