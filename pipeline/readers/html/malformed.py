"""The text of a page that no parser is asked to read: too large, or nested too deep. One scan, no tree."""

import html
from collections.abc import Iterator, Sequence

import regex

from pipeline.readers.html.lines import PAGE_SPACES, UNPRINTABLE, ElementContext, PageLine, elements

TAG_START = regex.compile("<[a-zA-Z/!?]")
MAX_UNCLOSED_TAGS = 100_000
"""Beginnings of tags that never close from which the rest is read as it is."""
WHOLE_TAG = regex.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][\w:-]{0,40})(?:[^<>\"']++|\"[^\"<]{0,5000}+\"|'[^'<]{0,5000}+'){0,1000000}+>"
)
DECLARATION = regex.compile(r"<[!?][^<>]{0,2000}+>")
LINE_ENDING_KINDS = frozenset({"block", "heading", "break", "furniture"})
SOMEWHERE = ElementContext()
BESIDE = ElementContext(furniture=True)
VOID = frozenset({"area", "embed", "frame", "input", "source", "track"})
RAW = frozenset({"script", "style", "textarea", "title", "noembed", "noframes", "iframe", "xmp"})
"""Elements whose content is no markup."""


class Ends:
    """Finds what closes a thing; asked again behind a place where nothing was found, it does not search again."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._none: set[str] = set()

    def behind(self, closing: str, start: int) -> int:
        """Where the first `closing` behind `start` begins; -1 where there is none."""
        if closing in self._none:
            return -1
        at = self._text.find(closing, start)
        if at < 0:
            self._none.add(closing)
        return at


def scan(page: str) -> list[PageLine]:
    """The lines of a prepared page. Elements that are not shown are left out, furniture is marked."""
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
            # An element within its own kind ends with the outer one.
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
    """Pieces of text, each with the name of the tag behind it and whether that one closes."""
    ends, closers = Ends(page), Ends(page.lower())
    begin = at = 0
    stray = 0
    while (mark := TAG_START.search(page, at)) is not None:
        at = mark.start()
        if page.startswith("<!--", at):
            end = ends.behind("-->", at + 4)
            # A comment that never ends is none.
            yield page[begin:at], "", False
            begin = at = end + 3 if end >= 0 else at + 4
            continue
        tag = WHOLE_TAG.match(page, at) or DECLARATION.match(page, at)
        if tag is None:
            at += 1
            stray += 1
            if stray > MAX_UNCLOSED_TAGS:
                # Whatever it is, no browser would show more of it.
                break
            continue
        name, closing = ("", False) if tag.re is DECLARATION else (tag["name"].lower(), bool(tag["end"]))
        yield page[begin:at], name, closing
        begin = at = tag.end()
        if name in RAW and not closing:
            end = closers.behind(f"</{name}", at)
            begin = at = end if end >= 0 else at
    yield page[begin:], "", False
