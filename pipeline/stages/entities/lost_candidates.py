"""Find what may be an entity without its ampersand, such as `quot;` or `#8220;`. `lost_entities` decides.

Where the character is written, after a word or before one, says what it is. Names are in `lost.tsv`, numbers here.
"""

import sys
from collections.abc import Iterator
from functools import cache
from html.entities import html5

import msgspec
import regex

from pipeline.lexicon import english
from pipeline.stages.entities.entity_names import lost_names
from pipeline.stages.entities.suspect_lines import AMPERSANDS, Spans, SuspectLine, is_inside

ACCENTED_LETTERS = (*range(192, 215), *range(216, 247), *range(248, 256))
SIDE_OF_NUMBER = (
    {34: "quote"}
    | dict.fromkeys((145, 147, 8216, 8220, 171), "open")
    | dict.fromkeys((39, 146, 148, 8217, 8221, 187, 133, 8230), "close")
    | dict.fromkeys((150, 151, 8211, 8212), "between")
    | {36: "dollar"}
    | dict.fromkeys((163, 165, 8364), "money")
    | dict.fromkeys(ACCENTED_LETTERS, "accent")
)
"""The numbers of characters of prose, each with the side of a word on which it is written, as in `lost.tsv`."""
NUMBER_OF_AMPERSAND = 38
WINDOWS_1252 = range(128, 160)

OTHER_NAME = regex.compile(r"[&＆][a-z]{1,2}$")
"""Before a name, what makes it one that HTML does not know: `&squot;`."""
WORD_END = regex.compile(r"[\p{L}\p{M}_]{1,40}$")
MAX_WORD_CHARS = 40
BEFORE_OPENING_QUOTE = frozenset("([{“‘「『《（—–-/")
"""Characters before an opening quotation mark, besides a space."""
ENDS_WORD = frozenset(".,!?)…。，！？%'’”]»:;")
"""Characters that may end a word, besides letters and digits."""
BEGINS_WORD = frozenset("($#@“‘'[<…")
"""Characters that may begin a word, besides letters and digits."""


class LostEntity(msgspec.Struct, frozen=True):
    """An entity without its ampersand in `[start, end)` of its line."""

    start: int
    end: int
    side: str
    """Where its character is written: `open`, `close`, `between` …, as in `lost.tsv`; or `amp`, `dollar`, `money`."""
    new: str
    """The character it stands for."""
    before: str
    """The character before it; a space at the start of the line."""
    after: str
    """The character after it; a space at the end of the line."""
    has_name: bool
    """Whether it has a name (`quot;`) and not a number."""

    @property
    def follows_word(self) -> bool:
        """Whether it touches a word, or a character that ends one, on its left."""
        return self.before.isalnum() or self.before in ENDS_WORD

    @property
    def precedes_word(self) -> bool:
        """Whether it touches a word, or a character that begins one, on its right."""
        return self.after.isalnum() or self.after in BEGINS_WORD


class LostEntityContext(msgspec.Struct, frozen=True):
    """What the other entities of the line, and the document, say about one of them."""

    first_opening: int
    """Offset of the first opening quotation mark of the line."""
    has_attached_name: bool
    """Whether a named entity of the line touches the word before it: `nightmdash;`."""
    has_spaced_entities: bool
    """Whether the document has entities with a space in place of their ampersand."""
    edges: frozenset[int]
    """Starts of entities, and their ends as negative numbers."""
    edges_of_spaces: frozenset[int]
    """The same for entities that are spaces, each one character further out."""

    @classmethod
    def of(cls, entities: list[LostEntity], *, has_spaced_entities: bool) -> "LostEntityContext":
        """The context that the entities of one line give each other."""
        spaces = [entity for entity in entities if entity.side == "space"]
        return cls(
            first_opening=min((entity.start for entity in entities if entity.side == "open"), default=sys.maxsize),
            has_attached_name=any(entity.has_name and entity.before.isalpha() for entity in entities),
            has_spaced_entities=has_spaced_entities,
            edges=frozenset(edge for entity in entities for edge in (entity.start, -entity.end)),
            edges_of_spaces=frozenset(edge for space in spaces for edge in (space.start - 1, -space.end - 1)),
        )

    def touches_another(self, entity: LostEntity) -> bool:
        """Whether another entity ends where this one starts, or starts where it ends."""
        return -entity.start in self.edges or entity.end in self.edges

    def continues_spaces(self, entity: LostEntity) -> bool:
        """Whether one character is between this entity and another space: `nbsp; nbsp;`."""
        return -entity.start in self.edges_of_spaces or entity.end in self.edges_of_spaces


@cache
def lost_entity_pattern() -> regex.Pattern[str]:
    """An entity without its ampersand, with the `amp;` before it."""
    names = "|".join(lost_names())
    return regex.compile(
        rf"(?:amp;)*+(?:(?P<name>{names})|\#(?P<number>\d{{2,4}}|x[\da-fA-F]{{2,4}}));|(?P<amp>(?:amp;)++)"
    )


def lost_entities(line: SuspectLine, edited: Spans) -> Iterator[LostEntity]:
    """Yield what looks like an entity without its ampersand, outside code, links and the spans that are edited."""
    for match in lost_entity_pattern().finditer(line.text):
        start, end = match.span()
        before = line.before(start)
        if (before and before in AMPERSANDS) or is_inside(edited, start) or line.in_code(start) or line.in_link(start):
            continue
        side_and_new = _side_and_new(line, match)
        if side_and_new and not line.in_program(start, end):
            yield LostEntity(
                start, end, *side_and_new, before or " ", line.after(end) or " ", match["name"] is not None
            )


def _side_and_new(line: SuspectLine, match: regex.Match[str]) -> tuple[str, str] | None:
    """The side and the character of a match; None if it is only the end of a word or a number of something else."""
    start, before = match.start(), line.before(match.start())
    if name := match["name"]:
        is_end_of_word = before.isalpha() and (
            is_word_or_entity(word_before(line, start), name)
            or OTHER_NAME.search(line.text, max(0, start - 3), start) is not None
        )
        return None if is_end_of_word else (lost_names()[name], html5[name + ";"])
    if match["amp"]:
        return "amp", "&"
    digits = match["number"]
    code = int(digits[1:], 16) if digits[0] == "x" else int(digits)
    if code == NUMBER_OF_AMPERSAND:
        return "amp", "&"
    if code not in SIDE_OF_NUMBER or before in (":", "="):
        return None
    return SIDE_OF_NUMBER[code], bytes([code]).decode("cp1252") if code in WINDOWS_1252 else chr(code)


def is_word_or_entity(before: str, name: str) -> bool:
    """Whether a word only ends like an entity (`aliquot`, `capos`) or is the name of another one (`napos;`)."""
    return f"{before}{name};" in html5 or (before + name).lower() in english.lexicon()


def word_before(line: SuspectLine, end: int) -> str:
    """The word that ends at `end`; empty if there is none."""
    match = WORD_END.search(line.text[max(0, end - MAX_WORD_CHARS) : end])
    return match[0] if match else ""
