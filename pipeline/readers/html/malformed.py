"""Reads the text of a page that is too large or too deeply nested for a parser, in one scan without a tree."""

import html
from collections.abc import Iterator, Sequence

import regex

from pipeline.readers.html.lines import PAGE_SPACES, UNPRINTABLE, ElementContext, PageLine, elements

TAG_START = regex.compile("<[a-zA-Z/!?]")
MAX_UNCLOSED_TAGS = 100_000
"""Number of unclosed tags after which the rest of the page is read as text."""
WHOLE_TAG = regex.compile(
    r"""
    <(?P<end>/?)                     # </p>
    (?P<name>[a-zA-Z][\w:-]{0,40})   # div, svg:path
    (?:
        [^<>\"']++                   # a name of an attribute, an unquoted value: class=lead
        |\"[^\"<]{0,5000}+\"         # "a > b"
        |'[^'<]{0,5000}+'            # 'a > b'
    ){0,1000000}+
    >
    """,
    regex.VERBOSE,
)
DECLARATION = regex.compile(r"<[!?][^<>]{0,2000}+>")
LINE_ENDING_KINDS = frozenset({"block", "heading", "break", "furniture"})
SOMEWHERE = ElementContext()
BESIDE = ElementContext(furniture=True)
VOID = frozenset({"area", "embed", "frame", "input", "source", "track"})
RAW = frozenset({"script", "style", "textarea", "title", "noembed", "noframes", "iframe", "xmp"})
"""Elements whose content is not markup."""


class ClosingFinder:
    """Finds closing strings. After a failed search, a search further on is not repeated."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._none: set[str] = set()

    def next_start(self, closing: str, start: int) -> int:
        """Returns the start of the first `closing` after `start`, or -1."""
        if closing in self._none:
            return -1
        at = self._text.find(closing, start)
        if at < 0:
            self._none.add(closing)
        return at


def scan(page: str) -> list[PageLine]:
    """Returns the lines of a prepared page. Hidden elements are left out, furniture is marked."""
    kinds = elements()
    lines: list[PageLine] = []
    pieces: list[str] = []
    away: set[str] = set()
    furniture = 0
    for text, name, closing in _tokens(page):
        if text and not away:
            pieces.append(text)
        kind = kinds.get(name, "")
        if kind == "unseen":
            # An element inside one of the same name ends with the outer one.
            if closing:
                away.discard(name)
            elif name not in VOID:
                away.add(name)
        elif kind in LINE_ENDING_KINDS:
            if name == "body":
                away.clear()
            if pieces:
                lines.append(PageLine(_shown(pieces), BESIDE if furniture else SOMEWHERE))
                pieces = []
            if kind == "furniture":
                furniture = max(furniture - 1, 0) if closing else furniture + 1
    lines.append(PageLine(_shown(pieces), BESIDE if furniture else SOMEWHERE))
    return [line for line in lines if line.text]


def _shown(pieces: Sequence[str]) -> str:
    return UNPRINTABLE.sub("", PAGE_SPACES.sub(" ", html.unescape("".join(pieces)))).strip()


def _tokens(page: str) -> Iterator[tuple[str, str, bool]]:
    """Yields pieces of text, each with the name of the next tag and whether that is a closing tag."""
    ends, closers = ClosingFinder(page), ClosingFinder(page.lower())
    begin = at = 0
    stray = 0
    while (mark := TAG_START.search(page, at)) is not None:
        at = mark.start()
        if page.startswith("<!--", at):
            end = ends.next_start("-->", at + 4)
            # A comment that is never closed is not a comment.
            yield page[begin:at], "", False
            begin = at = end + 3 if end >= 0 else at + 4
            continue
        tag = WHOLE_TAG.match(page, at) or DECLARATION.match(page, at)
        if tag is None:
            at += 1
            stray += 1
            if stray > MAX_UNCLOSED_TAGS:
                # A browser would not show more of it either.
                break
            continue
        name, closing = ("", False) if tag.re is DECLARATION else (tag["name"].lower(), bool(tag["end"]))
        yield page[begin:at], name, closing
        begin = at = tag.end()
        if name in RAW and not closing:
            end = closers.next_start(f"</{name}", at)
            begin = at = end if end >= 0 else at
    yield page[begin:], "", False
