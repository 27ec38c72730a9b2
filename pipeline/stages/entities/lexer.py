r"""Find everything that may be an entity or an escape without its sign: `quot;`, `#8220;`, `amp;#39;`, `u2019`.

The lexer decides nothing. Each candidate has its reading, the character that it stands for, and the role of that
character in a text. `features` measures what speaks for the reading and what for the letters as they are.
"""

from collections.abc import Iterator
from functools import cache
from html.entities import html5

import msgspec
import regex

from pipeline.lexicon import english
from pipeline.stages.entities.entity_names import lost_names, numeric_character
from pipeline.stages.entities.suspect_lines import AMPERSANDS, SuspectLine, lost_sign_offsets
from pipeline.stages.non_prose.code_marks import Spans, is_inside
from pipeline.text.lines import WIDE_LETTERS

ROLES = (
    "quote", "apostrophe", "open", "close", "dash", "ellipsis", "space", "letter", "han", "amp", "currency", "bracket",
    "symbol", "ascii",
)  # fmt: skip
"""What a character does in a text; a feature is the place of a role here."""
SIGNS = ("lost", "chain", "unicode")
"""How a candidate begins: `quot;`, `amp;quot;`, `u201c`."""
BODIES = ("name", "decimal", "hex", "unit")

ROLE_OF_CHARACTER = (
    {'"': "quote", "'": "apostrophe", "’": "apostrophe", "&": "amp", "…": "ellipsis", "<": "bracket", ">": "bracket"}
    | dict.fromkeys("“‘«‹„‚「『《（【", "open")
    | dict.fromkeys("”»›」』》）】", "close")
    | dict.fromkeys("–—―·•‑", "dash")
    | dict.fromkeys("\N{NO-BREAK SPACE}\N{EN SPACE}\N{EM SPACE}\N{THIN SPACE}\N{IDEOGRAPHIC SPACE}", "space")
    | dict.fromkeys("$£¥€¢", "currency")
)
WIDE_CHARACTER = regex.compile(rf"[{WIDE_LETTERS}\N{{IDEOGRAPHIC COMMA}}-\N{{IDEOGRAPHIC FULL STOP}}！-～]")
OTHER_NAME = regex.compile(r"[&＆][a-z]{1,2}$")
"""Before a name, what makes it one that HTML does not know: `&squot;`."""
WORD_END = regex.compile(r"[\p{L}\p{M}_]{1,40}$")
WORD_START = regex.compile(r"[\p{L}\p{M}_]{1,40}")
MAX_WORD_CHARS = 40
MAX_ENTITY_CHARS = 12
"""Characters of the longest entity, without the `amp;` before it."""
MIN_ZIPF_OF_WORD = 3.0
"""Zipf frequency of a word that everybody knows: once in a million words."""


class Candidate(msgspec.Struct, frozen=True):
    """What may be an entity or an escape in `[start, end)` of its line."""

    start: int
    end: int
    sign: str
    body: str
    closer: str
    """Its semicolon, as it is written; empty if there is none."""
    name: str
    """Its name or number, without the signs around it."""
    new: str
    """The character it stands for."""
    role: str
    """What that character does in a text."""


@cache
def lexer_pattern() -> regex.Pattern[str]:
    """An entity without its ampersand, with the `amp;` before it, or an escape without its backslash."""
    names = "|".join(lost_names())
    return regex.compile(
        rf"""
        (?P<chain>(?:amp[;；])*+)
        (?: (?P<name>{names})(?P<named>[;；])                                # quot;
          | [\#＃](?P<number>\d{{2,5}}|[xX][\da-fA-F]{{2,4}})(?P<closer>[;；])  # #39; #x27;
          | [\#＃](?P<open>39|82(?:1[12679]|2[0126]|30))(?=(?:s|t|re|ve|ll|d|m)\b)  # #39s
        )
        | (?P<amp>(?:amp[;；])++)(?!lt;|gt;)
        | (?<![\\%+])u(?P<unit>20(?:1[3489cd]|26)|002[67])                       # couldnu2019t
        """,
        regex.VERBOSE,
    )


def candidates(line: SuspectLine, edited: Spans) -> list[Candidate]:
    """The candidates of a line by offset, outside code, links, programs' strings and the spans that are edited."""
    found: list[Candidate] = []
    for match in matches(line.text):
        start = match.start()
        if start and (line.text[start - 1] in AMPERSANDS or line.text[start - 1] == "\\"):
            continue
        if is_inside(edited, start) or line.in_code(start) or line.in_link(start):
            continue
        if candidate := _candidate(line, match):
            found.append(candidate)
    return found


def matches(text: str) -> Iterator[regex.Match[str]]:
    """The matches of the lexer in a line, looked for only around what the probes find."""
    end = 0
    for hit in lost_sign_offsets(text):
        if hit < end:
            continue
        start = max(end, hit - MAX_ENTITY_CHARS)
        while start > end and text[start - 1] in "amp;；":
            start -= 1
        for near in lexer_pattern().finditer(text, start, hit + MAX_ENTITY_CHARS):
            # Near the end of the window the rest of a chain may be cut off.
            if near.start() >= end and (match := lexer_pattern().match(text, near.start())):
                end = match.end()
                yield match


def _candidate(line: SuspectLine, match: regex.Match[str]) -> Candidate | None:
    """The candidate of a match; None if its letters only end a word or its number has no character."""
    start, end = match.span()
    chain = "chain" if match["chain"] else "lost"
    if name := match["name"]:
        if not match["chain"] and (_ends_word(line, start, name) or _is_word(line, start, end, name)):
            return None
        new = html5[name + ";"]
        return Candidate(start, end, chain, "name", match["named"], name, new, role_of(new))
    if amp := match["amp"]:
        before = word_before(line.text, start)
        if before and not before.isupper() and (before + "amp").lower() in english.lexicon():
            return None
        return Candidate(start, end, "chain" if len(amp) > len("amp;") else "lost", "name", amp[-1], "amp", "&", "amp")
    if unit := match["unit"]:
        new = chr(int(unit, 16))
        return Candidate(start, end, "unicode", "unit", "", unit, new, role_of(new))
    digits = match["number"] or match["open"]
    character = numeric_character(digits)
    if character is None or not (character.isprintable() or character.isspace()):
        return None
    body = "hex" if digits[0] in "xX" else "decimal"
    return Candidate(start, end, chain, body, match["closer"] or "", digits, character, role_of(character))


def role_of(character: str) -> str:
    """What a character does in a text, one of `ROLES`."""
    if role := ROLE_OF_CHARACTER.get(character):
        return role
    if WIDE_CHARACTER.match(character):
        return "han"
    if character.isascii():
        return "ascii"
    return "letter" if character.isalpha() else "symbol"


def _ends_word(line: SuspectLine, start: int, name: str) -> bool:
    """Whether the letters only end a word (`aliquot`), or are the name of another entity (`napos;`, `&squot;`)."""
    before = word_before(line.text, start)
    if not before:
        return False
    if OTHER_NAME.search(line.text, max(0, start - 3), start):
        return True
    return f"{before}{name};" in html5 or (before + name).lower() in english.lexicon()


def _is_word(line: SuspectLine, start: int, end: int, name: str) -> bool:
    """Whether the letters are a word of their own before a semicolon of prose: `a copy; then`."""
    if line.before(start).strip() or line.after(end).strip():
        return False
    return english.lexicon().zipf(name) >= MIN_ZIPF_OF_WORD


def word_before(text: str, end: int) -> str:
    """The word that ends at `end`, or its last letters; empty if there is none."""
    match = WORD_END.search(text[max(0, end - MAX_WORD_CHARS) : end])
    return match[0] if match else ""


def word_after(text: str, start: int) -> str:
    """The word that starts at `start`, or its first letters; empty if there is none."""
    match = WORD_START.match(text, start)
    return match[0] if match else ""
