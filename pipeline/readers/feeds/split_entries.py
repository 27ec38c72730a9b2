"""Splits a feed into its entries without parsing it, so that a broken entry costs no other one.

A parser of XML ends at the first mistake, or repairs it in a way that loses what follows. Entries are found by their
tags, outside comments and CDATA, in a stream of any length.
"""

from collections.abc import Iterator

import msgspec
import regex

from pipeline.readers.budget import Readable

READ_BYTES = 1 << 18
MAX_TAG_BYTES = 200
"""Bytes that a tag which ends or begins an entry, or the end of a comment, may be split over two reads by."""
CDATA_START, CDATA_END = b"<![CDATA[", b"]]>"
COMMENT_START, COMMENT_END = b"<!--", b"-->"
MAX_HEADER_BYTES = 1 << 16
"""Bytes before the first entry that are kept."""


class FeedPart(msgspec.Struct, frozen=True):
    """The bytes of an entry with its tags, or why it cannot be read.

    `number` counts entries from 1; 0 is what comes before the first one, and -1 the rest after the last one. `offset`
    is where the part begins, in bytes.
    """

    number: int
    offset: int
    data: bytes = b""
    fault: str | None = None


def split_entries(stream: Readable, element: str, limit: int) -> Iterator[FeedPart]:
    """Yields what comes before the first entry, each entry, and what comes after the last one.

    An entry of more than `limit` bytes, and one without an end tag, have a `fault`; the next one is read.
    """
    return _Splitter(stream, element, limit).parts()


class _Splitter:
    """The part of the stream that is looked at: `window` begins at byte `offset` of the stream."""

    def __init__(self, stream: Readable, element: str, limit: int) -> None:
        name = element.encode("ascii")
        tag = rb"(?:[A-Za-z_][\w.-]{0,40}:)?" + name
        self._token = regex.compile(
            rb"(?P<cdata><!\[CDATA\[)|(?P<comment><!--)|(?P<start><"
            + tag
            + rb"(?=[\s>]))|(?P<end></"
            + tag
            + rb"\s{0,20}>)"
        )
        self._seam = regex.compile(rb"</" + tag + rb"\s{0,20}>\s{0,200}(?=<" + tag + rb"[\s>])")
        self._element = element
        self._stream = stream
        self._limit = limit
        self._window = bytearray()
        self._offset = 0
        self._over = False
        self._number = 0
        self._free_until: dict[bytes, int] = {}
        """Up to which byte of the stream no such end of a section was found."""
        self._seam_after = (0, -1)
        """From which byte of the stream a place between two entries was looked for, and where the first one is."""

    def parts(self) -> Iterator[FeedPart]:
        """Yields the parts in order."""
        start: int | None = None
        begun = False
        at = 0
        while True:
            token = self._token.search(self._window, at)
            if token is None:
                at = max(at, len(self._window) - MAX_TAG_BYTES)
                if start is not None and len(self._window) - start > self._limit + MAX_TAG_BYTES:
                    yield self._fault(start, self._too_long)
                    start = None
                if start is None and (begun or len(self._window) > MAX_HEADER_BYTES):
                    if not begun:
                        begun = True
                        yield FeedPart(0, 0, bytes(self._window[:MAX_HEADER_BYTES]))
                    at -= self._drop(at)
                if self._over:
                    break
                self._more()
                continue
            if token["cdata"] or token["comment"]:
                at = self._after_section(token.end(), CDATA_END if token["cdata"] else COMMENT_END)
                continue
            if token["start"]:
                if not begun:
                    begun = True
                    yield FeedPart(0, 0, bytes(self._window[: min(token.start(), MAX_HEADER_BYTES)]))
                if start is not None:
                    yield self._fault(start, f"has no end tag </{self._element}>; repair the feed, or leave it out")
                cut = self._drop(token.start())
                self._number += 1
                start, at = 0, token.end() - cut
            else:
                at = token.end()
                if start is not None:
                    whole = bytes(self._window[start:at])
                    long = len(whole) > self._limit
                    yield self._fault(start, self._too_long) if long else self._part(start, whole)
                    start = None
                    at -= self._drop(at)
        if not begun:
            yield FeedPart(0, 0, bytes(self._window[:MAX_HEADER_BYTES]))
        if start is not None:
            yield self._fault(start, f"is cut off before its end tag </{self._element}>; fetch the feed again")
        else:
            yield FeedPart(-1, self._offset, bytes(self._window))

    @property
    def _too_long(self) -> str:
        return f"is over the limit of {self._limit:,} bytes; raise [input.limits] bytes"

    def _part(self, start: int, data: bytes) -> FeedPart:
        return FeedPart(self._number, self._offset + start, data)

    def _fault(self, start: int, fault: str) -> FeedPart:
        return FeedPart(self._number, self._offset + start, fault=fault)

    def _after_section(self, start: int, end: bytes) -> int:
        """Where to go on after a comment or CDATA that begins before `start`.

        If it never ends, or an entry ends and another begins in it, its end is missing: then its content is searched.
        Nothing is searched twice, however many sections begin and do not end.
        """
        free = self._free_until.get(end, 0) - self._offset
        at = max(start, free - len(end))
        while (found := self._window.find(end, at)) < 0:
            at = max(start, len(self._window) - len(end))
            self._free_until[end] = self._offset + len(self._window)
            if self._over or len(self._window) - start > self._limit:
                return start
            self._more()
        return start if self._seam_in(start, found) else found + len(end)

    def _seam_in(self, start: int, end: int) -> bool:
        """Whether an entry ends and another one begins in `[start, end)` of the window."""
        begin, place = self._seam_after
        if not begin <= self._offset + start <= place:
            seam = self._seam.search(self._window, start, end)
            place = self._offset + (seam.start() if seam else end)
            self._seam_after = (self._offset + start, place)
        return place < self._offset + end

    def _drop(self, count: int) -> int:
        del self._window[:count]
        self._offset += count
        return count

    def _more(self) -> None:
        piece = self._stream.read(READ_BYTES)
        self._over = not piece
        self._window += piece
