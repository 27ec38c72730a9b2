"""Detects files of subtitles by their content."""

from itertools import islice

from pipeline.readers.subtitles.cues import CUE_NUMBER, HEADER, Format
from pipeline.readers.subtitles.timing import parse_timing
from pipeline.text.decoding import BYTE_ORDER_MARKS

DETECTION_BYTES = 1 << 16
"""Bytes at the start of a file that are searched for a line of times."""


def subtitle_format(data: bytes) -> Format | None:
    """The format of data that begins like a file of subtitles: with `WEBVTT`, or with the number and times of a cue.

    A text that only contains a line of times somewhere is none, and so is one that begins with the word WEBVTT and has
    no line of times.

    >>> subtitle_format(b"WEBVTT\\n\\n00:01.000 --> 00:02.000\\nYes.")
    'vtt'
    >>> subtitle_format(b"1\\n00:00:01,000 --> 00:00:02,000\\nYes.")
    'srt'
    >>> subtitle_format(b"WEBVTT is a format.")
    """
    lines = _head_lines(data)
    first, second = (*islice(filter(str.strip, lines), 2), "", "")[:2]
    if HEADER.fullmatch(first):
        return "vtt" if first.strip() == "WEBVTT" or holds_times(data) else None
    times = second if CUE_NUMBER.fullmatch(first) else first
    # A timetable has no fractions of seconds.
    if not ("." in times or "," in times) or parse_timing(times) is None:
        return None
    return "srt" if times.find(",") > times.find(".") else "vtt"


def holds_times(data: bytes) -> bool:
    """Whether the beginning of data has a line of times."""
    return any(parse_timing(line) is not None for line in _head_lines(data))


def _head_lines(data: bytes) -> list[str]:
    head = data[:DETECTION_BYTES]
    for mark in BYTE_ORDER_MARKS.values():
        head = head.removeprefix(mark)
    # UTF-16 and UTF-32: without its NULs, what is searched for is ASCII.
    text = head.replace(b"\0", b"").decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
