"""What may be an entity without its ampersand, and what stands around it; `lost_entities` decides.

Where a mark clings, to the word before it or to the one behind, says what it is: `quot;` is named in the data file
beside the stage, `#8220;` in the table of numbers here.
"""

import sys
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache, cached_property
from importlib.resources import files

import msgspec
import regex

from pipeline.lexicon import english
from pipeline.model.stage import Rule
from pipeline.text.edits import Edit

NUMERIC = {
    34: "quote",
    145: "open",
    147: "open",
    8216: "open",
    8220: "open",
    171: "open",
    39: "close",
    146: "close",
    148: "close",
    8217: "close",
    8221: "close",
    187: "close",
    133: "close",
    8230: "close",
    150: "between",
    151: "between",
    8211: "between",
    8212: "between",
    36: "dollar",
    163: "money",
    165: "money",
    8364: "money",
} | dict.fromkeys((*range(192, 215), *range(216, 247), *range(248, 256)), "accent")
"""The numbers that stand for marks of prose, and where they cling."""

CODE = regex.compile(
    r"[{}]|/\*|\*/|[!=<>+]=|\w\(\)|\b(?:int|char|float|double|bool|void|var|const|long|unsigned)\s+\*?\w+\s*[;=,(\[]"
    r"|\w\s*=\s*[\w\"']|\$[a-z_]\w*;|'\s?:\s?[\"']|\b(?:r[\"']|f\")(?=\S)|\w\(r?['\"]"
)
UNKNOWN = regex.compile(r"[&＆][a-z]{1,2}$")
"""Before a name, what makes another of it that HTML does not know: `&squot;`."""
NEAR = 60
"""Characters to both sides in which signs of a program are looked for."""
TAG_PATTERN = (
    r"<[A-Za-z][\w:-]{0,20}(?:\s{1,3}[\w:-]{1,40}=(?:\"[^\"<>\n]{0,2000}+\"|'[^'<>\n]{0,2000}+')){1,30}+\s?/?>"
)
TAG = regex.compile(TAG_PATTERN)
LEFT_WORD = regex.compile(r"[\p{L}\p{M}_]{1,40}$")
PADDED = regex.compile(r"(?<=\p{L}) #(?:39|146|8217);(?:s|t|re|ve|ll|d|m)\b|  (?:quot|amp|#36);")
OPENING = frozenset("([{“‘「『《（—–-/")
"""Marks before an opening quotation mark, beside a blank."""
CLOSING = frozenset(".,!?)…。，！？%'’”]»:;")
OPENED = frozenset("($#@“‘'[<…")


@cache
def lost_names() -> dict[str, str]:
    """Names that may be known without their ampersand, and where the mark clings."""
    return dict(line.split("\t") for line in _items("lost.tsv"))


@cache
def numbered() -> frozenset[str]:
    """Words that have a number behind them."""
    return frozenset(_items("numbered.txt"))


def _items(name: str) -> list[str]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def token() -> regex.Pattern[str]:
    """An entity without its ampersand; a run of `amp;` before it belongs to it."""
    names = "|".join(lost_names())
    return regex.compile(
        rf"(?:amp;)*+(?:(?P<name>{names})|\#(?P<number>\d{{2,4}}|x[\da-fA-F]{{2,4}}));|(?P<amp>(?:amp;)++)"
    )


class Place(msgspec.Struct, frozen=True, dict=True):
    """A line that holds something suspect; `code` and `links` are spans in it."""

    text: str
    start: int
    code: list[tuple[int, int]]
    links: list[tuple[int, int]]

    def in_code(self, at: int) -> bool:
        """Whether the character at `at` is inside a code span."""
        return inside(self.code, at)

    def in_link(self, at: int) -> bool:
        """Whether the character at `at` is inside an address."""
        return inside(self.links, at)

    @cached_property
    def prose(self) -> str:
        """The line with blanks for its tags, whose attributes look like a program."""
        if "<" not in self.text or "=" not in self.text:
            return self.text
        return TAG.sub(lambda tag: " " * len(tag[0]), self.text)

    def in_program(self, start: int, end: int) -> bool:
        """Whether beside `[start, end)` stands what only programs have."""
        return CODE.search(self.prose, max(0, start - NEAR), min(len(self.text), end + NEAR)) is not None

    @cached_property
    def padded(self) -> int:
        """How many entities have a blank where their ampersand was."""
        return len(PADDED.findall(self.text))


class Mark(msgspec.Struct, frozen=True):
    """An entity without its ampersand: `kind` says where it clings, `new` what it stands for."""

    start: int
    end: int
    kind: str
    new: str
    before: str
    after: str
    named: bool

    @property
    def clings_before(self) -> bool:
        """Whether it touches a word, or the mark that ends one, in front of it."""
        return self.before.isalnum() or self.before in CLOSING

    @property
    def clings_behind(self) -> bool:
        """Whether it touches a word behind it."""
        return self.after.isalnum() or self.after in OPENED


class Company(msgspec.Struct, frozen=True):
    """What the other marks of a line say about one of them."""

    first_open: int
    glued: bool
    blanks: frozenset[int]
    edges: frozenset[int]

    @classmethod
    def of(cls, found: list[Mark]) -> "Company":
        """Where the first opening mark is, whether a named mark is glued to a word, where marks begin and end."""
        return cls(
            min((mark.start for mark in found if mark.kind == "open"), default=sys.maxsize),
            any(mark.named and mark.before.isalpha() for mark in found),
            frozenset(edge for mark in found if mark.kind == "blank" for edge in (mark.start - 1, -mark.end - 1)),
            frozenset(edge for mark in found for edge in (mark.start, -mark.end)),
        )

    def touches(self, mark: Mark) -> bool:
        """Whether another mark ends where this one begins, or begins where it ends."""
        return -mark.start in self.edges or mark.end in self.edges

    def continues(self, mark: Mark) -> bool:
        """Whether another blank stands a blank away: `nbsp; nbsp;`."""
        return -mark.start in self.blanks or mark.end in self.blanks


def inside(spans: list[tuple[int, int]], at: int) -> bool:
    """Whether a position lies in one of the sorted spans."""
    i = bisect_right(spans, at, key=lambda span: span[0]) - 1
    return i >= 0 and at < spans[i][1]


def marks(place: Place, taken: list[tuple[int, int]]) -> Iterator[Mark]:
    """What in the line looks like an entity without its ampersand."""
    from html.entities import html5  # a large table

    line = place.text
    for match in token().finditer(line):
        start, end = match.span()
        before = line[start - 1 : start] if start else ""
        if before in ("&", "＆", "﹠") or inside(taken, start) or place.in_code(start) or place.in_link(start):
            continue
        if match["name"]:
            if before.isalpha() and (
                is_name(left_word(place, start), match["name"]) or UNKNOWN.search(line, max(0, start - 3), start)
            ):
                continue
            kind, new = lost_names()[match["name"]], html5[match["name"] + ";"]
        elif match["amp"]:
            kind, new = "amp", "&"
        else:
            digits = match["number"]
            code = int(digits[1:], 16) if digits[0] == "x" else int(digits)
            if code == 38:
                kind, new = "amp", "&"
            elif code in NUMERIC and before not in (":", "="):
                kind, new = NUMERIC[code], chr(code) if code > 159 or code < 128 else bytes([code]).decode("cp1252")
            else:
                continue
        if place.in_program(start, end):
            continue
        yield Mark(start, end, kind, new, before or " ", line[end : end + 1] or " ", match["name"] is not None)


def is_name(before: str, name: str) -> bool:
    """Whether a word only ends like an entity, `aliquot` and `capos`, or is the name of another one, `napos;`."""
    from html.entities import html5

    return f"{before}{name};" in html5 or (before + name).lower() in english.lexicon()


def edit_of(place: Place, mark: Mark, rule: Rule, confidence: float, *, widened: bool = False) -> Edit:
    """The edit; `widened` takes away the blank that stands for the ampersand, where it stands beside another blank."""
    start = mark.start
    if widened and (place.text[start - 2 : start] == "  " if start >= 2 else place.text[:start] == " "):
        start -= 1
    return Edit(place.start + start, place.text[start : mark.end], mark.new, rule.name, confidence)


def blank_taken(place: Place, mark: Mark, rule: Rule, confidence: float) -> Edit:
    """The edit for a mark that clings to the word before it, the blank between them being the lost ampersand."""
    return Edit(place.start + mark.start - 1, place.text[mark.start - 1 : mark.end], mark.new, rule.name, confidence)


def left_word(place: Place, end: int) -> str:
    """The word that ends at `end`."""
    match = LEFT_WORD.search(place.text[max(0, end - 40) : end])
    return match[0] if match else ""
