"""Splits a stream of JSON into values by brackets and quotes, before anything is decoded.

A list of any length needs no more memory than its longest element, and an invalid element affects no other if its
brackets and quotes are balanced.
"""

import re
from re import Pattern
from typing import BinaryIO, cast

from pipeline.config.settings import Limits
from pipeline.model.record import ReaderError
from pipeline.readers.json import value_limits

CHUNK = 1 << 16
"""Bytes that are read at a time; doubled each time that a value is not complete."""
LARGEST_CHUNK = 1 << 22
SHOWN = 1024
BLANK = re.compile(rb"[ \t\r\n]*+")
SHORT_STRING = rb'"[^"\\]{0,120}+(?:\\[^u\r\n][^"\\]{0,120}+){0,8}+"'
WITHIN = re.compile(rb'(?:[^"{}\[\]]++|' + SHORT_STRING + rb")*+")
"""Inside brackets: everything up to the next bracket, or to a string that is long or has many escapes."""
OUTSIDE = re.compile(rb'(?:[^"{}\[\],:]++|' + SHORT_STRING + rb")*+")
"""Outside brackets, where commas and colons also end a value."""
FLAT = re.compile(rb'[ \t\r\n]*+(\{(?:[^"{}\[\]]++|' + SHORT_STRING + rb")*+\})[ \t\r\n]*+,")
REST_OF_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
WHOLE_STRINGS = re.compile(rb'(?:[^"]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+', re.DOTALL)
"""Everything up to a string that is not closed."""
PASSED_WITHIN = re.compile(rb'[^"{}\[\]]*+')
PASSED_OUTSIDE = re.compile(rb'[^"{}\[\],:]*+')
OPENING, QUOTE, BACKSLASH = frozenset(b"{["), ord('"'), ord("\\")


class Values:
    """Scans a stream of JSON. `offset` is the byte at which the stream begins."""

    def __init__(self, stream: BinaryIO, limits: Limits, offset: int = 0) -> None:
        self.limits = limits
        self.limit = limits.bytes
        self.fault = self._too_long = f"is over the limit of {limits.bytes:,} bytes; raise [input.limits] bytes"
        """Why the last value was skipped, if it was."""
        self.lines_passed = 0
        self.began = 0
        self._stream = stream
        self._buffer = bytearray()
        self._at = 0
        self._dropped = offset

    @property
    def offset(self) -> int:
        """Offset in bytes, from 0, of the next byte to read."""
        return self._dropped + self._at

    def next(self) -> bytes:
        """Returns the next byte that is not whitespace, without consuming it; empty at the end.

        `lines_passed` is the number of lines that end before it.
        """
        self.lines_passed = 0
        while True:
            end = _end(BLANK, self._buffer, self._at)
            self.lines_passed += self._buffer.count(b"\n", self._at, end)
            self._at = end
            if end < len(self._buffer):
                return bytes(self._buffer[end : end + 1])
            if not self._more():
                return b""

    def take(self) -> None:
        """Consumes the next byte."""
        self._at += 1

    def begins(self, pattern: Pattern[bytes]) -> bool:
        """Whether a pattern matches at the current position; at least a kilobyte is available to it."""
        while len(self._buffer) - self._at < SHOWN and self._more():
            pass
        return pattern.match(self._buffer, self._at) is not None

    def rest(self) -> tuple[bytes, BinaryIO]:
        """Returns the bytes that were read but not consumed, and the rest of the stream."""
        return bytes(self._buffer[self._at :]), self._stream

    def element(self) -> bytearray | None:
        """Consumes a value up to the comma, colon or bracket after it.

        A value over a limit is skipped, and the result is None; `fault` then has the reason. Raises `ReaderError` if
        the stream ends before.
        """
        self.began = self.offset
        at, depth, ended = self._scan(element=True)
        if ended:
            return self._consume_to(at)
        if not self._too_deep(depth) and len(self._buffer) - self._at <= self.limit:
            raise _break(self.began)
        self._pass(at, depth)
        return None

    def flat(self) -> bytearray | None:
        """Consumes an object and the comma after it, if it contains no nested brackets or long strings.

        This is only a fast path: it returns None and consumes nothing if the value is different or not yet complete.
        `began` is where the value began.
        """
        match = FLAT.match(self._buffer, self._at)
        if match is None or match.end(1) - match.start(1) > self.limit:
            return None
        begin, end = match.span(1)
        self.began = self._dropped + begin
        self._at = match.end()
        # A match keeps the buffer locked.
        del match
        return self._buffer[begin:end]

    def whole(self) -> bytearray | None:
        """Consumes a value up to its closing bracket.

        Returns None and consumes nothing if the stream ends before, or if the value is over the limit.
        """
        at, depth, ended = self._scan(element=False)
        self._too_deep(depth)
        return self._consume_to(at) if ended and at - self._at <= self.limit else None

    def skip(self, depth: int = 0) -> None:
        """Skips a value of which `depth` brackets were consumed. Raises `ReaderError` as `element` does."""
        self._pass(self._at, depth)

    def _too_deep(self, depth: int) -> bool:
        """Whether brackets nest deeper than allowed; sets `fault` to this, else to the length."""
        deep = depth > self.limits.nesting
        self.fault = value_limits.too_deep(self.limits) if deep else self._too_long
        return deep

    def _consume_to(self, at: int) -> bytearray | None:
        begin, self._at = self._at, at
        return self._buffer[begin:at] if at - begin <= self.limit else None

    def _scan(self, *, element: bool) -> tuple[int, int, bool]:
        """Returns how far the next value was scanned, the open brackets there, and whether it ends there."""
        buffer, at, depth, chunk = self._buffer, self._at, 0, CHUNK
        most = self.limits.nesting
        while True:
            at = _end(WITHIN if depth else OUTSIDE, buffer, at)
            byte = buffer[at] if at < len(buffer) else None
            if byte == QUOTE and (end := self._string(at)):
                at = end
            elif byte is None or byte == QUOTE:
                if len(buffer) - self._at > self.limit:
                    return at, depth, False
                at -= self._at
                if not self._more(chunk):
                    return at, depth, False
                chunk = min(2 * chunk, LARGEST_CHUNK)
            elif byte in OPENING:
                depth += 1
                at += 1
                if depth > most:
                    return at, depth, False
            elif depth:
                depth -= 1
                at += 1
                if not depth and not element:
                    return at, depth, True
            else:
                return at, depth, True

    def _string(self, at: int) -> int:
        """Returns the end of the string that begins at `at`; 0 if it is not complete."""
        buffer = self._buffer
        while (quote := buffer.find(b'"', at + 1)) > 0:
            at = quote
            while buffer[at - 1] == BACKSLASH:
                at -= 1
            if (quote - at) % 2 == 0:
                return quote + 1
            at = quote
        return 0

    def _pass(self, at: int, depth: int) -> None:
        """Skips from `at` to the end of the value, with `depth` brackets open at `at`."""
        buffer, within, begin, known = self._buffer, False, self.offset, 0
        while True:
            if not within and depth and at >= known:
                known = _end(WHOLE_STRINGS, buffer, at)
                rise, fall = value_limits.levels(buffer[at:known])
                if fall < depth:
                    # The value cannot end inside this match, so it is skipped as a whole.
                    depth, at = depth + rise, known
            pattern = REST_OF_STRING if within else PASSED_WITHIN if depth else PASSED_OUTSIDE
            at = _end(pattern, buffer, at)
            byte = buffer[at] if at < len(buffer) else None
            if byte == QUOTE:
                within = not within
            elif byte is None or within:
                # In a string the last byte may be a backslash, which escapes the next byte.
                self._at = at
                if not self._more():
                    raise _break(begin)
                at = known = 0
                continue
            elif byte in OPENING:
                depth += 1
            elif depth:
                depth -= 1
            else:
                self._at = at
                return
            at += 1

    def _more(self, size: int = CHUNK) -> bool:
        """Reads more bytes, and drops those that were consumed."""
        more = self._stream.read(size)
        del self._buffer[: self._at]
        self._dropped += self._at
        self._at = 0
        self._buffer += more
        return bool(more)


def _break(begin: int) -> ReaderError:
    return ReaderError(f"breaks off: what begins at byte {begin:,} has no end; fetch it again, or repair it")


def _end(pattern: Pattern[bytes], data: bytearray, at: int) -> int:
    """Returns the end of the match of a pattern that matches everywhere."""
    # The match must not outlive this function, because a buffer with a live match cannot grow.
    return cast("re.Match[bytes]", pattern.match(data, at)).end()
