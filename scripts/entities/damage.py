"""Damages clean text as publishing systems do: writes its marks as entities, then loses what makes them entities.

What each damaged character was is known, so every reading that the lexer finds is right or wrong without a person's
judgement.
"""

import random
import re
from collections.abc import Callable
from html.entities import codepoint2name

import msgspec

MARKS = "\"'’‘“”—–…«»"
NAME_OF = {chr(code): name for code, name in codepoint2name.items()} | {"'": "apos"}
WINDOWS_OF = {bytes([byte]).decode("cp1252", "ignore"): byte for byte in range(128, 160)}
UNITS = "’‘“”—–…&'"


class Truth(msgspec.Struct, frozen=True):
    """What a damaged entity in `[start, end)` of a text was."""

    start: int
    end: int
    new: str
    spaced: bool
    """Whether the space before it stands for its ampersand."""


class Example(msgspec.Struct, frozen=True):
    """A text, what of it is damage, and the text as it was."""

    text: str
    truths: tuple[Truth, ...]
    right: str
    kind: str
    """The kind of damage, or of sound text; a fold leaves it out."""


class Style(msgspec.Struct, frozen=True):
    """How one document is written and damaged."""

    kind: str
    characters: Callable[[str], bool]
    """Which characters are entities."""
    spelling: Callable[[str, random.Random], str | None]
    """The body of an entity, `quot;` or `#34;`; None if it has none in this style."""
    sign: str = ""
    """What is left of the ampersand."""
    collapsed: bool = False
    """Whether spaces that follow each other became one."""
    share: float = 1.0
    """How many of the entities are damaged; the others are decoded."""
    needs_suffix: bool = False


def _name(character: str, _rng: random.Random) -> str | None:
    name = NAME_OF.get(character)
    return f"{name};" if name else None


def _decimal(character: str, rng: random.Random) -> str:
    if character == "'" and rng.random() < 0.4:
        return "#039;"
    return f"#{ord(character)};"


def _hex(character: str, rng: random.Random) -> str:
    digits = f"{ord(character):x}"
    return f"#x{digits.upper() if rng.random() < 0.5 else digits};"


def _windows(character: str, rng: random.Random) -> str:
    byte = WINDOWS_OF.get(character)
    return f"#{byte};" if byte else _decimal(character, rng)


def _unit(character: str, _rng: random.Random) -> str | None:
    return f"u{ord(character):04x}" if character in UNITS else None


def _open(character: str, _rng: random.Random) -> str | None:
    return f"#{ord(character)}" if character in "'’" else None


def _wide(character: str, rng: random.Random) -> str | None:
    body = _name(character, rng) if rng.random() < 0.5 else _decimal(character, rng)
    return body[:-1] + "；" if body else None


def _mixed(character: str, rng: random.Random) -> str | None:
    """As most systems write: names where there are common ones, otherwise numbers."""
    if character == "'":
        return _decimal(character, rng)
    return _name(character, rng) or _decimal(character, rng)


def _is_mark(character: str) -> bool:
    return character in MARKS or character == "&"


def _is_ascii_mark(character: str) -> bool:
    return character in "\"'&"


def _is_not_ascii(character: str) -> bool:
    return not character.isascii() and character not in "，。！？：；、"


def _is_any(character: str) -> bool:
    return _is_mark(character) or _is_not_ascii(character) or character in "$£€"


def _is_wide(character: str) -> bool:
    return "\u3000" <= character <= "\uffef" and character not in "＃；"


STYLES = (
    Style("lost-name", _is_any, _name),
    Style("lost-name", _is_mark, _mixed),
    Style("lost-decimal", _is_ascii_mark, _decimal),
    Style("lost-decimal", _is_any, _decimal),
    Style("lost-windows", _is_mark, _windows),
    Style("lost-hex", _is_any, _hex),
    Style("chain", _is_ascii_mark, _mixed, sign="amp;"),
    Style("chain", _is_any, _mixed, sign="amp;"),
    Style("chain", _is_any, _decimal, sign="amp;amp;"),
    Style("blank", _is_ascii_mark, _mixed, sign=" "),
    Style("blank", _is_mark, _decimal, sign=" "),
    Style("blank", _is_any, _windows, sign=" "),
    Style("blank", _is_any, _name, sign=" "),
    Style("collapsed", _is_ascii_mark, _mixed, sign=" ", collapsed=True),
    Style("collapsed", _is_mark, _decimal, sign=" ", collapsed=True),
    Style("collapsed", _is_any, _windows, sign=" ", collapsed=True),
    Style("partly", _is_ascii_mark, _mixed, share=0.4),
    Style("partly", _is_any, _mixed, share=0.15),
    Style("partly", _is_mark, _decimal, share=0.15),
    Style("unit", _is_mark, _unit),
    Style("wide-closer", _is_any, _wide),
    Style("open", _is_mark, _open, needs_suffix=True),
    Style("han", _is_wide, _decimal),
)
SUFFIX = re.compile(r"(?:s|t|re|ve|ll|d|m)\b")


def damaged(text: str, style: Style, rng: random.Random) -> Example:
    """The text as a system of that style leaves it."""
    out: list[str] = []
    length = 0
    last = ""
    truths = []

    def write(piece: str) -> None:
        nonlocal length, last
        out.append(piece)
        length += len(piece)
        last = piece[-1:] or last

    for i, character in enumerate(text):
        body = None
        if style.characters(character) and rng.random() < style.share:
            body = style.spelling(character, rng)
        if body is not None and style.needs_suffix and not SUFFIX.match(text, i + 1):
            body = None
        if body is None:
            if style.collapsed and character == " " and last == " ":
                continue
            write(character)
            continue
        spaced = False
        if style.sign == " " and not (style.collapsed and last in ("", " ", "\n")):
            spaced = True
            write(" ")
        start = length
        write(("" if style.sign == " " else style.sign) + body)
        truths.append(Truth(start, length, character, spaced))
    return Example("".join(out), tuple(truths), text, style.kind)
