"""Who made an article according to the block of keys at its top (YAML, TOML). Used by the finder `credits`."""

from collections.abc import Iterator

import msgspec
import regex

FENCES = ("---\n", "+++\n")
LONGEST = 6000
"""Characters in which the closing fence must stand."""
KEY = regex.compile(
    r"^(?P<key>author|authors|byline|writer|translator|translators|editor|editors|transcript_by|transcriber|photographer)"
    r"[ ]?[:=][ ]?+(?P<value>[^\n]*+(?:\n[ \t]+[^\n]++)*+)",
    regex.MULTILINE,
)
NAME = regex.compile(r"\p{L}[\p{L}\p{M}\p{N}.'’·\- @_]{0,46}")
AUTHORS = frozenset({"author", "authors", "byline", "writer"})


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One key: its span, that of its value without quotes, and the names in it."""

    key: str
    key_span: tuple[int, int]
    value_span: tuple[int, int]
    names: tuple[tuple[int, int], ...]

    @property
    def is_author(self) -> bool:
        """Whether this is the byline rather than a credit."""
        return self.key in AUTHORS


def end_of(text: str) -> int:
    """Where the block at the top of `text` ends; 0 where there is none.

    >>> end_of("---\\ntitle: x\\n---\\nThe text"), end_of("--- no ---")
    (16, 0)
    """
    if not text.startswith(FENCES):
        return 0
    close = text.find("\n" + text[:3], 3, LONGEST)
    return close + 4 if close > 0 else 0


def entries(text: str, end: int) -> Iterator[Entry]:
    """The keys in `text[:end]` that say who made the article.

    >>> text = '---\\nauthor: "Jane Doe (Aiven)"\\n---\\n'
    >>> [text[a:b] for entry in entries(text, end_of(text)) for a, b in (entry.value_span, *entry.names)]
    ['Jane Doe (Aiven)', 'Jane Doe']
    """
    for match in KEY.finditer(text, 0, end):
        start, last = match.span("value")
        while start < last and text[start] in " \t\n\"'[>|-":
            # A link's bracket belongs to the value, the bracket of a list does not.
            if text[start] == "[" and "](" in text[start:last]:
                break
            start += 1
        while last > start and text[last - 1] in " \t\n\"',]":
            last -= 1
        names = tuple(_names(text, start, last))
        if start < last:
            yield Entry(match["key"], match.span("key"), (start, last), names)


def _names(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for link in regex.finditer(r"\[(?P<name>[^\[\]\n]{2,48})\]\(", text, pos=start, endpos=end):
        yield link.span("name")
    if "](" in text[start:end]:
        return
    for piece in regex.finditer(r"[^,;&\n\"\[\]]+", text, pos=start, endpos=end):
        name = NAME.search(text, piece.start(), piece.end())
        if name and not regex.search(r"https?:|记者$|記者$", text[piece.start() : piece.end()]):
            last = name.end()
            while text[last - 1] in " -":
                last -= 1
            yield name.start(), last
