"""Many names at once: the longest that begins at each place of a text, in one pass."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
import regex

from mentions.surroundings import BEFORE, BEHIND, LATIN_LETTERS


class Entry(msgspec.Struct, frozen=True):
    """What a name stands for: without a layer it is known to be none of ours, and only takes its place."""

    layer: str = ""
    value: str = ""
    rule: str = ""
    confidence: float = 1


class Hit(msgspec.Struct, frozen=True):
    """A name in a text, and what it stands for."""

    start: int
    end: int
    entry: Entry


class Index:
    """Names by their first character and length, so that each place of a text costs a few looks into a table."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = {straight(name): entry for name, entry in entries.items()}
        lengths: dict[str, set[int]] = {}
        for name in self._entries:
            lengths.setdefault(name[0], set()).add(len(name))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}
        self._firsts = regex.compile(f"[{regex.escape(''.join(sorted(lengths)))}]") if lengths else None

    def hits(self, text: str) -> Iterator[Hit]:
        """The longest name that begins at each place; one inside another comes out too."""
        text = straight(text)
        for match in self._firsts.finditer(text) if self._firsts else ():
            start, first = match.start(), match[0]
            latin = LATIN_LETTERS.match(first) is not None
            if latin and not BEFORE.match(text, start):
                continue
            for length in self._lengths[first]:
                end = start + length
                entry = self._entries.get(text[start:end])
                if entry is not None and end <= len(text) and (not latin or BEHIND.match(text, end)):
                    yield Hit(start, end, entry)
                    break


def straight(text: str) -> str:
    """The same text, as long, with straight apostrophes and plain blanks: `O’Neill` is `O'Neill`."""
    return text.replace("’", "'").replace("\u00a0", " ")


def disjoint(hits: Iterable[Hit], taken: Iterable[tuple[int, int]] = ()) -> Iterator[Hit]:
    """From the left the longest of the hits, none over another or over a span that is taken; those of no layer out.

    Of two at the same place the one that was given first goes before.
    """
    spans = sorted(taken)
    at = i = 0
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        while i < len(spans) and spans[i][1] <= hit.start:
            i += 1
        if hit.start < at or (i < len(spans) and spans[i][0] < hit.end):
            continue
        at = hit.end
        if hit.entry.layer:
            yield hit
