"""Front matter above an article: YAML or TOML between fences, or lines such as `[#]: author: "Anna Berg"`.

Keys without fences (Pelican, Org, reStructuredText, AsciiDoc, JSON) end where `pipeline.text.header_lines` says.

The stage `credits` reads who made the article from it, and the stage `dialogue` its title.
"""

from collections.abc import Iterator
from functools import lru_cache

import msgspec
import regex

from pipeline.text.header_lines import header_end
from pipeline.text.key_blocks import is_key_block

FENCES = ("---\n", "+++\n")
MAX_FRONT_MATTER_CHARS = 6000
"""Code points in which the closing fence must be found."""
COMMENT_LINES = regex.compile(r"(?:\[#\]:[ \t][^\n]*+(?:\n|\Z))++")
"""Link definitions without a target are the comments of Markdown; translation projects keep their keys in them."""
KEY_AND_VALUE = regex.compile(
    r"""
    ^(?:\[\#\]:[ \t]++|\#\+|:|\.\.[ ])?                    # [#]:, or the mark of Org, reStructuredText, Nikola
    (?P<key>[\p{L}_][\p{L}\p{N}_ \-]{0,30}?)               # author
    [ ]?(?:[:=][ \t]++|:(?=\n|\Z)|：[ \t]*+)               # : or =
    (?P<value>[^\n]*+(?:\n(?:[ \t]*+\n)*+[ \t]++[^\n]++)*+)   # Anna Berg, and indented lines below
    """,
    regex.MULTILINE | regex.VERBOSE,
)
JSON_KEY_AND_VALUE = regex.compile(
    r"""
    "(?P<key>[^"\\\n]{1,40})"\s*+:\s*+(?P<value>"(?:[^"\\\n]|\\[^\n])*+"|\[[^\[\]{}]*+\])   # "title": "The weir"
    """,
    regex.VERBOSE,
)
ASCIIDOC_TITLE = regex.compile(r"(?P<key>=)[ ]++(?P<value>[^\n]++)")
BLOCK_SCALAR = regex.compile(r"(?P<style>[>|])[+\-\d]{0,2}[ \t]*+(?:#[^\n]*+)?\n")
"""Begins a value on the lines below: `>` folds them to one line, `|` keeps them. A comment may follow."""
LINE_BREAK = regex.compile(r"\n")
BLANK_LINE = regex.compile(r"\n[^\S\n]*+\n\s*+")
PERSON_NAME = regex.compile(r"\p{L}[\p{L}\p{M}\p{N}.'’·\- @_]{0,46}")
AUTHOR_KEYS = frozenset({"author", "authors", "byline", "writer", "作者"})
MAKER_KEYS = AUTHOR_KEYS | {
    "translator", "translators", "editor", "editors", "transcript_by", "transcriber", "photographer",
}  # fmt: skip
TITLE_KEYS = ("=", "title", "subject", "标题", "標題")
"""`=` opens the title in AsciiDoc."""


class FrontMatterField(msgspec.Struct, frozen=True, gc=False):
    """A key with its span, the span of its value without quotes, and the spans of the names in the value.

    `lines` are the spans of the paragraphs of the value; of a title that is literal (`|`) or a list, of its lines.
    """

    key: str
    key_span: tuple[int, int]
    value_span: tuple[int, int]
    names: tuple[tuple[int, int], ...] = ()
    lines: tuple[tuple[int, int], ...] = ()

    @property
    def is_author(self) -> bool:
        """Whether the value is the byline rather than a credit."""
        return self.key in AUTHOR_KEYS


@lru_cache(maxsize=2)
def front_matter_end(text: str) -> int:
    """The offset at which the front matter of `text` ends; 0 if there is none.

    >>> front_matter_end("---\\ntitle: x\\n---\\nThe text"), front_matter_end("--- no ---")
    (16, 0)
    >>> front_matter_end('[#]: subject: "x"\\nThe text')
    18
    """
    if text.startswith("[#]:"):
        comments = COMMENT_LINES.match(text)
        return comments.end() if comments else 0
    if not text.startswith(FENCES):
        return header_end(text)
    close = text.find("\n" + text[:3], 3, MAX_FRONT_MATTER_CHARS)
    return close + 4 if close > 0 and is_key_block(text[4:close]) else 0


def key_spans(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the keys of the front matter of `text`, and of values of one word, such as addresses and labels.

    >>> text = '---\\nlinkTitle: The tide\\nslug: thetide\\n---\\n'; [text[a:b] for a, b in key_spans(text)]
    ['linkTitle', 'slug', 'thetide']
    """
    for match in _entries(text, front_matter_end(text)):
        yield match.span("key")
        key = match["key"].lower()
        if key not in TITLE_KEYS and key not in MAKER_KEYS and " " not in match["value"].strip():
            yield match.span("value")


def maker_fields(text: str, end: int) -> Iterator[FrontMatterField]:
    """The fields in `text[:end]` that say who made the article.

    >>> text = '---\\nauthor: "Jane Doe (Aiven)"\\n---\\n'
    >>> [text[a:b] for entry in maker_fields(text, front_matter_end(text)) for a, b in (entry.value_span, *entry.names)]
    ['Jane Doe (Aiven)', 'Jane Doe']
    """
    for match in _entries(text, end):
        span = _value(text, *match.span("value"))
        if match["key"].lower() in MAKER_KEYS and span:
            parts = tuple(_split(text, span, BLANK_LINE, " \t\n-"))
            yield FrontMatterField(
                match["key"].lower(), match.span("key"), span, tuple(_name_spans(text, *span)), parts
            )


def title_field(text: str, end: int) -> FrontMatterField | None:
    """The field in `text[:end]` with the title, or None.

    >>> text = '---\\nlayout: post\\ntitle: "The tide"\\n---\\n'; entry = title_field(text, front_matter_end(text))
    >>> text[slice(*entry.value_span)]
    'The tide'
    >>> text = '---\\ntitle: |\\n  The tide\\n  A visit\\n---\\n'; entry = title_field(text, front_matter_end(text))
    >>> [text[start:end] for start, end in entry.lines]
    ['The tide', 'A visit']
    """
    for match in _entries(text, end):
        if match["key"].lower() not in TITLE_KEYS:
            continue
        if span := _value(text, *match.span("value")):
            return FrontMatterField(
                match["key"], match.span("key"), span, lines=tuple(_lines(text, match.start("value"), span))
            )
    return None


def _entries(text: str, end: int) -> "Iterator[regex.Match[str]]":
    """The keys in `text[:end]` with their values."""
    if text.startswith("="):
        yield from ASCIIDOC_TITLE.finditer(text, 0, end)
    pattern = JSON_KEY_AND_VALUE if text.startswith(("{", ";")) else KEY_AND_VALUE
    yield from pattern.finditer(text, 0, end)


def _lines(text: str, start: int, span: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The spans of the lines of the value `span`; `start` is the start of the value, including a `|` or `>`."""
    block = BLOCK_SCALAR.match(text, start)
    keeps_lines = (block is not None and block["style"] == "|") or text[start : span[0]].rstrip("\"'").endswith("- ")
    return _split(text, span, LINE_BREAK, " \t\n-\"'") if keeps_lines else _split(text, span, BLANK_LINE, " \t\n")


def _split(text: str, span: tuple[int, int], breaks: "regex.Pattern[str]", marks: str) -> Iterator[tuple[int, int]]:
    """The parts of `span` between `breaks` that have words, without `marks` around them."""
    between = [match.span() for match in breaks.finditer(text, *span)]
    at = span[0]
    for end, following in [*between, (span[1], span[1])]:
        first, last = at, end
        while first < last and text[first] in marks:
            first += 1
        while last > first and text[last - 1] in marks:
            last -= 1
        if any(map(str.isalnum, text[first:last])):
            yield first, last
        at = following


def _value(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span of a value without quotes and list marks; None if nothing is left."""
    while start < end and text[start] in " \t\n":
        start += 1
    while end > start and text[end - 1] in " \t\n":
        end -= 1
    if block := BLOCK_SCALAR.match(text, start, end):
        start = block.end()
        while start < end and text[start] in " \t\n":
            start += 1
    if end - start >= 2 and text[start] == text[end - 1] and text[start] in "\"'":
        start, end = start + 1, end - 1
    else:
        while start < end and text[start] in " \t\n\"'[>|-":
            # The bracket of a link belongs to the value, the bracket of a list does not.
            if text[start] == "[" and "](" in text[start:end]:
                break
            start += 1
        while end > start and text[end - 1] in " \t\n\"',]":
            end -= 1
    return (start, end) if any(map(str.isalnum, text[start:end])) else None


def _name_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for link in regex.finditer(r"\[(?P<name>[^\[\]\n]{2,48})\]\(", text, pos=start, endpos=end):
        if any(map(str.isalnum, link["name"])):
            yield link.span("name")
    if "](" in text[start:end]:
        return
    for piece in regex.finditer(r"[^,;&\n\"\[\]]+", text, pos=start, endpos=end):
        address = text.find("http", *piece.span())
        name = PERSON_NAME.search(text, piece.start(), address if address >= 0 else piece.end())
        if name and not regex.search(r"记者$|記者$", piece[0]):
            last = name.end()
            while text[last - 1] in " -":
                last -= 1
            yield name.start(), last
