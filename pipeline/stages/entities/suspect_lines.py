"""Find the lines of a document that may hold an entity or an escape, and the code and links in them.

Clean text costs a few searches for a substring. Patterns run only where such a search succeeds.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, cached_property

import msgspec
import regex

from pipeline.model.stage import Rule
from pipeline.stages.entities.entity_names import lost_names
from pipeline.stages.non_prose.code_marks import Spans, fenced_blocks, is_inside
from pipeline.text.edits import Edit

AMPERSANDS = "&＆﹠"
"""ASCII, full-width and small ampersand."""
PROGRAM_SIGN = regex.compile(
    r"""
    [{}]                        # a block
    |/\*|\*/                    # a comment
    |[!=<>+]=                   # a == b
    |\w\(\)                     # f()
    |\b(?:int|char|float|double|bool|void|var|const|long|unsigned)\s+\*?\w+\s*[;=,(\[]      # int *a;
    |\w\s*=\s*[\w"']            # a = "b"
    |\$[a-z_]\w*;               # $name;
    |'\s?:\s?["']               # 'key': "value"
    |\b(?:r["']|f")(?=\S)       # r'\d'
    |\w\(r?['"]                 # print('a')
    """,
    regex.VERBOSE,
)
PROGRAM_WINDOW = 60
"""Characters on both sides of an entity in which a sign of a program counts."""
TAG_PATTERN = r"""
    <[A-Za-z][\w:-]{0,20}                                   # <a
    (?:\s{1,3}[\w:-]{1,40}=
       (?: "[^"<>\n]{0,2000}+"                              # href="/x"
         | '[^'<>\n]{0,2000}+' )                            # href='/x'
    ){1,30}+
    \s?/?>
"""
"""A tag with attributes: `<a href="/x">`. For patterns with `VERBOSE`."""
TAG_WITH_ATTRIBUTES = regex.compile(TAG_PATTERN, regex.VERBOSE)
SPACE_FOR_AMPERSAND = regex.compile(r"(?<=\p{L}) #(?:39|146|8217);(?:s|t|re|ve|ll|d|m)\b|  (?:quot|amp|#36);")
"""An entity with a space in place of its ampersand: `isn #39;t`, `the  quot;road`."""
TORN_QUOTE = re.compile(r"& quot ?;")
THREE_SPACES = re.compile(r"(?<=[A-Za-z])   (?=[A-Z])")
"""An ampersand and its semicolon may be lost here: `Turner   Newall`."""

CODE_OR_LINK = regex.compile(
    rf"""
    ``[^\n]{{1,300}}?``|`[^`\n]{{1,300}}`       # `&lt;br&gt;`
    |{TAG_PATTERN}                              # <a title="&quot;">

    # A string or a pattern of a program: replace("&amp;", '&'), return /&lt;/g;
    |(?<=\w\(\s?|\w\([^()\n]{{1,80}},\s?|[\w)\]]\s?[+=]{{1,3}}\s|\breturn\s)
     (?:"[^"\n]{{0,300}}"|'[^'\n]{{0,300}}'|/[^/\n]{{1,100}}/[gimsuy]{{0,4}})(?=\s?[),;+]|\.\w)

    # An address, up to an escaped quote or bracket: https://example.org/?a=1&b=2
    |(?P<url>(?:https?://|ftp://|www\.)
        (?:(?![&＆](?:amp;)*+(?:quot|lt|gt|nbsp|apos|\#\d+|[lr][sd]quo)[;；]|quot;)
           [^\s<>"“”‘’\p{{Han}}，。；、！？（）《》「」])+)
    """,
    regex.VERBOSE,
)


class SuspectLine(msgspec.Struct, frozen=True, dict=True):
    """A line that may hold an entity. `start` is its offset in the document; all other offsets are in the line."""

    text: str
    start: int
    code: Spans
    links: Spans

    def in_code(self, at: int) -> bool:
        """Whether the character at `at` is in a code span."""
        return is_inside(self.code, at)

    def in_link(self, at: int) -> bool:
        """Whether the character at `at` is in an address."""
        return is_inside(self.links, at)

    def before(self, at: int) -> str:
        """The character before `at`; empty at the start of the line."""
        return self.text[at - 1 : at] if at else ""

    def after(self, at: int) -> str:
        """The character at `at`; empty at the end of the line."""
        return self.text[at : at + 1]

    def edit(self, start: int, end: int, new: str, rule: Rule, confidence: float) -> Edit:
        """An edit of the document that replaces `[start, end)` of the line by `new`."""
        return Edit(self.start + start, self.text[start:end], new, rule.name, confidence)

    @cached_property
    def without_tags(self) -> str:
        """The line with spaces in place of its tags, whose attributes look like a program."""
        if "<" not in self.text or "=" not in self.text:
            return self.text
        return TAG_WITH_ATTRIBUTES.sub(lambda tag: " " * len(tag[0]), self.text)

    def in_program(self, start: int, end: int) -> bool:
        """Whether a sign of a program is near `[start, end)`."""
        low, high = max(0, start - PROGRAM_WINDOW), min(len(self.text), end + PROGRAM_WINDOW)
        return PROGRAM_SIGN.search(self.without_tags, low, high) is not None

    @cached_property
    def torn_quotes(self) -> list[int]:
        """Offsets of straight quotation marks with a space after their ampersand, if they are in pairs."""
        found = [match.start() for match in TORN_QUOTE.finditer(self.text)]
        return found if len(found) % 2 == 0 else []

    def opens_torn_quote(self, at: int) -> bool:
        """Whether the first of a pair of `torn_quotes` is at `at`."""
        place = bisect_left(self.torn_quotes, at)
        return place % 2 == 0 and self.torn_quotes[place : place + 1] == [at]

    def closes_torn_quote(self, at: int) -> bool:
        """Whether the second of a pair of `torn_quotes` is at `at`."""
        place = bisect_left(self.torn_quotes, at)
        return place % 2 == 1 and self.torn_quotes[place : place + 1] == [at]

    @cached_property
    def spaced_entities(self) -> int:
        """How many entities of the line have a space in place of their ampersand."""
        return len(SPACE_FOR_AMPERSAND.findall(self.text))


class Probe(msgspec.Struct, frozen=True):
    """A pattern that finds suspect offsets. It runs only if the text contains `needle`."""

    needle: str
    pattern: re.Pattern[str]


@cache
def probes() -> tuple[Probe, ...]:
    """All probes, built when first needed.

    Each ampersand has its own, because `re` finds a pattern that begins with one character ten times faster than one
    that begins with any of two. The names of entities without ampersand are found by their semicolon, then backwards.
    """
    references = (
        r"(?: ?#|＃|[A-Za-z][A-Za-z\d]{0,31}[;；]| ?(?:[lr][sd]quo|[mn]dash|hellip|nbsp|quot|amp)"
        r"|[A-Za-z]{1,2}(?:grave|acute|circ|uml|tilde|cedil|ring|slash|lig))"
    )
    return (
        *(Probe(sign, re.compile(sign + references)) for sign in AMPERSANDS),
        *probes_of_lost_signs(),
        Probe("\\", re.compile(r"\\(?=[\w/\"'($])")),
        Probe("_", re.compile(r"_x[\da-fA-F]{4}_")),
        Probe("%", re.compile(r"%(?:u[\da-fA-F]{4}|%(?:[a-z]{2,6}|#\d{2,5});)")),
    )


@cache
def probes_of_lost_signs() -> tuple[Probe, ...]:
    """The probes for what lost its ampersand or its backslash."""
    names = "|".join(f"(?<={name};)" for name in (*lost_names(), "amp", "gt"))
    return (
        Probe(";", re.compile(f";(?:{names})")),
        Probe("；", re.compile(f"；(?<=[A-Za-z\\d]；)(?:{names.replace(';)', '；)')})")),
        Probe("#", re.compile(r"#(?:\d{2,5}|[xX][\da-fA-F]{2,4})[;；]")),
        Probe("#", re.compile(r"#(?:39|82\d\d)(?:s|t|re|ve|ll|d|m)\b")),
        Probe("＃", re.compile(r"＃(?:\d{2,5}|[xX][\da-fA-F]{2,4})[;；]")),
        Probe("u20", re.compile(r"u20[\da-fA-F]{2}")),
        Probe("u00", re.compile(r"u00[\da-fA-F]{2}")),
    )


def lost_sign_offsets(line: str) -> list[int]:
    """Sorted offsets in a line at which something may have lost its ampersand or its backslash."""
    probes = [probe for probe in probes_of_lost_signs() if probe.needle in line]
    return sorted(match.start() for probe in probes for match in probe.pattern.finditer(line))


def suspect_offsets(text: str) -> list[int]:
    """Sorted offsets at which an entity or an escape may be."""
    offsets = [match.start() for probe in probes() if probe.needle in text for match in probe.pattern.finditer(text)]
    if offsets and "   " in text:
        offsets += [match.start() for match in THREE_SPACES.finditer(text)]
    return sorted(offsets)


def suspect_lines(text: str) -> Iterator[SuspectLine]:
    """Yield the lines that hold a suspect offset, without those in fenced blocks of code."""
    offsets = suspect_offsets(text)
    blocks = fenced_blocks(text) if offsets else []
    end = -1
    for offset in offsets:
        if offset < end:
            continue
        start = text.rfind("\n", 0, offset) + 1
        end = text.find("\n", offset)
        end = len(text) if end < 0 else end
        if not is_inside(blocks, offset):
            yield _suspect_line(text[start:end], start)


def _suspect_line(line: str, start: int) -> SuspectLine:
    code: Spans = []
    links: Spans = []
    if any(sign in line for sign in ("`", "://", "www.", "=", "(")):
        for match in CODE_OR_LINK.finditer(line):
            (links if match["url"] else code).append(match.span())
    return SuspectLine(line, start, code, links)
