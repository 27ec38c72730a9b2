"""Short examples in their context, a few for each rule: what a person looks at to judge thousands of findings."""

import unicodedata
from collections.abc import Hashable
from typing import Literal

import msgspec

from pipeline.escapes import escaped

WIDTH = 28
"""Code points of context on either side."""
LONGEST = 60
"""Code points of one side of an edit, or of a label's text, that are shown."""

Sign = Literal["old", "new"]


class Specimen(msgspec.Struct, frozen=True):
    """An example: the document, in which output it is found (null where there is one only), and the text around it."""

    document: str
    side: Sign | None
    text: str


class Shelf:
    """The examples of one key, in the order in which they are worth a look."""

    __slots__ = ("elsewhere", "same", "unlike")

    def __init__(self) -> None:
        self.unlike: dict[Hashable, Specimen] = {}
        self.elsewhere: dict[str, Specimen] = {}
        self.same: list[Specimen] = []

    def shelf_of(self, form: Hashable, document: str) -> int:
        """How many there are of the kind that this one would be: unlike all, from another document, or neither."""
        if form not in self.unlike:
            return len(self.unlike)
        if document not in self.elsewhere and all(document != kept.document for kept in self.unlike.values()):
            return len(self.elsewhere)
        return len(self.same)


class Specimens:
    """Keeps a few examples of each key, whatever number is offered: the first ones that are unlike each other.

    Where too few are, there is room for further ones that look like them, from other documents first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._shelves: dict[Hashable, Shelf] = {}

    def wants(self, key: Hashable, form: Hashable, document: str) -> bool:
        """Whether there is room for such an example; `form` is what it shows, its context left out."""
        shelf = self._shelves.get(key)
        return self._most > (0 if shelf is None else shelf.shelf_of(form, document))

    def keep(self, key: Hashable, form: Hashable, specimen: Specimen) -> None:
        """Keeps an example if there is room."""
        if not self.wants(key, form, specimen.document):
            return
        shelf = self._shelves.setdefault(key, Shelf())
        if form not in shelf.unlike:
            shelf.unlike[form] = specimen
        elif specimen.document in shelf.elsewhere or specimen.document in {k.document for k in shelf.unlike.values()}:
            shelf.same.append(specimen)
        else:
            shelf.elsewhere[specimen.document] = specimen

    def of(self, key: Hashable) -> tuple[Specimen, ...]:
        """The examples of a key."""
        shelf = self._shelves.get(key, Shelf())
        return (*shelf.unlike.values(), *shelf.elsewhere.values(), *shelf.same)[: self._most]


def visible(text: str) -> str:
    """`text` on one line: line ends as `⏎`, what no reader or terminal shows as `<U+200B>`.

    A backslash escape would not do: articles hold those themselves.
    """
    text = escaped(text.replace("\n", "⏎"))
    return text if text.isascii() else "".join(map(_visible, text))


def _visible(char: str) -> str:
    """A blank of another width, or a character of somebody's own, looks like what it is not."""
    if char in {" ", "\u3000"} or unicodedata.category(char) not in {"Co", "Zs"}:
        return char
    return f"<U+{ord(char):04X}>"


def marked(old: str, new: str) -> str:
    """A replacement as wdiff shows it: `[-old-]{+new+}`."""
    return (f"[-{visible(old)}-]" if old else "") + (f"{{+{visible(new)}+}}" if new else "")


def shortened(text: str, most: int = LONGEST) -> str:
    """`text` with `…` for its middle where it is longer than `most` code points."""
    half = (most - 1) // 2
    return text if len(text) <= most else f"{text[:half]}…{text[-half:]}"


def replaced(text: str, start: int, old: str, new: str) -> str:
    """A replacement in `text`, which has `old` at `start`: marked, with the rest of its line on either side, cut."""
    before, after = around(text, start, start + len(old))
    return f"{before}{marked(shortened(old), shortened(new))}{after}"


def around(text: str, start: int, end: int, width: int = WIDTH) -> tuple[str, str]:
    """What stands before and behind a span on its lines, `width` code points of it, with `…` where more does."""
    # Only the context itself is searched: a text may be one line of a million code points.
    head = max(start - width, 0)
    line_end = text.rfind("\n", head, start)
    cut = line_end < 0 < head and text[head - 1] != "\n"
    before = ("…" if cut else "") + visible(text[max(head, line_end + 1) : start])
    tail = min(end + width, len(text))
    line_end = text.find("\n", end, tail)
    cut = line_end < 0 and tail < len(text) and text[tail] != "\n"
    return before, visible(text[end : tail if line_end < 0 else line_end]) + ("…" if cut else "")


def excerpt(text: str, start: int, end: int) -> str:
    """A span on one line, shortened; for an empty one the place, as `|` between its neighbours."""
    if start < end:
        return visible(shortened(text[start:end]))
    before, after = around(text, start, end, WIDTH // 2)
    return f"{before}|{after}"


def labelled(text: str, start: int, end: int, label: str) -> str:
    """A span of `text` and what it is called."""
    return f"{visible(label)}: {excerpt(text, start, end)}"


def noted(text: str, start: int, end: int, message: str, suggestion: str | None) -> str:
    """A note about a span of `text`: its message, and the place, with the suggestion marked as a replacement."""
    if suggestion is None:
        return f"{visible(message)} — {excerpt(text, start, end)}"
    return f"{visible(message)} — {replaced(text, start, text[start:end], suggestion)}"
