"""A text under construction that knows where turns begin, and the pieces of markup that texts are built of."""

import html
import re
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from structure.talks import EAST_ASIAN, Side

SAFE_CHARS = 30
"""The first characters of a turn are left as they are, so that its start can be recognised."""


class Start(NamedTuple):
    """Where a turn's own words begin."""

    start: int
    """In code points; the label, if there is one, is before it."""
    label: str | None
    """As printed, without marks and colon; None if none is printed."""
    side: Side | None


class Redressed(NamedTuple):
    """A text whose turns are known by construction."""

    text: str
    turns: tuple[Start, ...]
    """In order; none in a text that is not a talk."""
    ends: tuple[int, ...]
    """Where the words of each turn end, in code points."""
    repeats: tuple[int, ...]
    """Where words begin after a label that repeats within a turn, as in subtitles; no turn starts there."""
    layout_family: str
    family: str
    """The family of the source, which has to be left out with it; empty for invented text."""
    kind: str
    """Of the talk, or `faq`, `play`, `chat` or `none`."""
    language: str
    title: str | None
    """As printed, where it is printed."""


class Page:
    """A text that grows at its end."""

    def __init__(self, *, one_line: bool = False, line_numbers: bool = False, line_end: str = "\n") -> None:
        self.parts: list[str] = []
        self.length = 0
        self.starts: list[Start] = []
        self.ends: list[int] = []
        self.repeats: list[int] = []
        self.title: str | None = None
        self._one_line = one_line
        self._line_numbers = line_numbers
        self._line_end = line_end
        self._lines = 1
        if line_numbers:
            self._append(self._number())

    def write(self, text: str) -> None:
        """Appends text, with the page's ends of lines."""
        if not text:
            return
        if self._one_line:
            text = re.sub(r"\s*\n\s*", "", text) if EAST_ASIAN.search(text) else re.sub(r"\s*\n\s*", " ", text)
        if self._line_numbers and "\n" in text:
            first, *rest = text.split("\n")
            self._append(first)
            for line in rest:
                self._lines += 1
                self._append(self._line_end + self._number() + line)
            return
        self._append(text.replace("\n", self._line_end))

    def begin(self, label: str | None, side: Side | None) -> None:
        """A turn's words begin here."""
        self.starts.append(Start(self.length, label, side))

    def end(self) -> None:
        """A turn's words end here."""
        self.ends.append(self.length)

    @property
    def text(self) -> str:
        """All that was written."""
        return "".join(self.parts)

    def _number(self) -> str:
        return f"{(self._lines - 1) % 25 + 1:>2}  "

    def _append(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)


def wrap(text: str, width: int, indent: str = "", used: int = 0) -> str:
    """The text on lines of at most `width` columns, the first of which has `used` columns already."""
    if not width:
        return text
    chinese = len(EAST_ASIAN.findall(text[:200])) > 20
    pieces = re.findall(r"[A-Za-z0-9.,'-]+|\s+|.", text) if chinese else text.split(" ")
    glue = "" if chinese else " "
    out: list[str] = []
    column = used
    for at, piece in enumerate(pieces):
        if (
            at
            and column + len(glue) + len(piece) > width
            and column > len(indent)
            and piece not in "，。！？；：、”）》"
        ):
            out.append("\n" + indent + piece.lstrip())
            column = len(indent) + len(piece)
        else:
            out.append((glue if at else "") + piece)
            column += len(piece) + (len(glue) if at else 0)
    return "".join(out)


def escape(text: str, markup: str) -> str:
    """The text as it has to be written in the markup."""
    return html.escape(text, quote=False) if markup == "html" else text


def heading(text: str, markup: str, level: int) -> str:
    """A heading on lines of its own."""
    match markup:
        case "html":
            return f"<h{level}>{escape(text, markup)}</h{level}>"
        case "markdown":
            return f"{'#' * level} {text}"
        case "asciidoc":
            return f"{'=' * level} {text}"
        case "org":
            return f"{'*' * level} {text}"
        case "wiki":
            return f"{'=' * (level + 1)} {text} {'=' * (level + 1)}"
        case "rst":
            width = len(text) + len(EAST_ASIAN.findall(text))
            return f"{text}\n{'=-~^'[min(level, 4) - 1] * width}"
    return text


def paragraph(text: str, markup: str, width: int = 0) -> str:
    """A paragraph on lines of its own."""
    if markup == "html":
        return "<p>" + escape(text, markup).replace("\n", "<br>\n") + "</p>"
    return wrap(text, width)


def items(lines: Sequence[str], markup: str, random: Random, *, links: bool = False) -> str:
    """A list of items, which may be links; they are escaped already."""
    written = []
    bullet = random.choice(["- ", "* "]) if markup != "plain" else random.choice(["- ", "* ", "· ", ""])
    for line in lines:
        address = f"https://example.org/{random.randint(100, 9999)}"
        match markup:
            case "html":
                inside = f'<a href="{address}">{line}</a>' if links else line
                written.append(f"<li>{inside}</li>")
            case "markdown" if links:
                written.append(f"{bullet}[{line}]({address})")
            case "asciidoc" if links:
                written.append(f"* {address}[{line}]")
            case _:
                written.append(bullet + line)
    text = "\n".join(written)
    return f"<ul>\n{text}\n</ul>" if markup == "html" else text


def damaged(text: str, damage: frozenset[str], random: Random) -> str:
    """The words of a turn with some damage; their beginning stays as it is."""
    if len(text) <= SAFE_CHARS or not damage:
        return text
    head, tail = text[:SAFE_CHARS], text[SAFE_CHARS:]
    gaps = [found.start() for found in re.finditer(r"(?<=[a-z]) (?=[a-z])", tail)]
    if gaps and "joined words" in damage and random.random() < 0.3:
        at = random.choice(gaps)
        tail = tail[:at] + tail[at + 1 :]
    elif gaps and "doubled spaces" in damage and random.random() < 0.5:
        at = random.choice(gaps)
        tail = tail[:at] + " " + tail[at:]
    elif "lost entities" in damage and random.random() < 0.5:
        tail = tail.replace("’", "&rsquo;").replace("&", "&amp;") if random.random() < 0.5 else tail.replace("’", "�")
    return head + tail
