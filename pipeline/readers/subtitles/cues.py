"""Reads the cues of a WebVTT or SubRip file, also of a damaged one. Every line is something, and no word gets lost."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

import msgspec
import regex

from pipeline.readers.subtitles.timing import Timing, parse_timing

Format = Literal["vtt", "srt"]

MIN_NUMBERED_SHARE = 0.5
"""Share of the cues with a number above their times from which a number there is never the words of the cue before."""
CUE_NUMBER = regex.compile(r"[\s\ufeff]{0,20}+[0-9]{1,7}\s{0,20}+")
HEADER = regex.compile(r"\ufeff?WEBVTT(?:[ \t].*)?")
COMMENT = regex.compile(r"NOTE(?:[ \t].*)?")
STYLE_OR_REGION = regex.compile(r"(?:STYLE|REGION)[ \t]{0,20}")
CUT_TIME = regex.compile(r"[0-9]{1,3}:[0-9:.,]{0,20}\s{0,5}[-–—]{0,3}")
"""The beginning of a line of times at which a file broke off."""


class Cue(msgspec.Struct, frozen=True, gc=False):
    """Words that are shown together. `start` and `end` are in seconds; both are NaN for words above the first cue."""

    start: float
    end: float
    text: str
    """With the tags, line ends as `\\n`; it may be empty."""


class SubtitleFile(msgspec.Struct, frozen=True):
    """What a file of subtitles holds. `header` is what the first block of WebVTT says, `faults` what was odd."""

    cues: tuple[Cue, ...]
    header: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def read_cues(text: str, form: Format) -> SubtitleFile:
    """The cues of `text`, whose line ends are `\\n`, in the order of the file."""
    lines = text.split("\n")
    timings = [(i, timing) for i, line in enumerate(lines) if (timing := parse_timing(line)) is not None]
    return _Parser(lines, timings, form).read()


class _Parser:
    def __init__(self, lines: Sequence[str], timings: Sequence[tuple[int, Timing]], form: Format) -> None:
        self.lines = lines
        self.timings = timings
        self.is_vtt = form == "vtt"
        numbers = sum(1 for i, _ in timings if i and CUE_NUMBER.fullmatch(lines[i - 1]))
        self.is_numbered = numbers > MIN_NUMBERED_SHARE * len(timings)
        self.number = 0
        """The number of the last cue that has one."""
        self.header: list[str] = []
        self.faults: Counter[str] = Counter()

    def read(self) -> SubtitleFile:
        begin = self._header_end()
        if self.is_vtt and not begin:
            self.faults["no header WEBVTT"] = 1
        first = self.timings[0][0] if self.timings else len(self.lines)
        cues = []
        above = self._words(begin, self._end_before(begin, first, has_words=False), follows=False)
        if above:
            self.faults["words above the first cue"] = 1
            cues.append(Cue(math.nan, math.nan, above))
        cues += self._cues()
        starts = [cue.start for cue in cues if not math.isnan(cue.start)]
        self.faults["a cue that begins before the one above it"] = sum(b < a for a, b in pairwise(starts))
        faults = tuple(f"{fault} ({count:,})" for fault, count in self.faults.items() if count)
        return SubtitleFile(tuple(cues), tuple(self.header), faults)

    def _header_end(self) -> int:
        """The line after the header of WebVTT; 0 if there is none."""
        at = next((i for i, line in enumerate(self.lines) if line.strip(" \t\ufeff")), 0)
        if not self.is_vtt or not HEADER.fullmatch(self.lines[at]):
            return 0
        last = self.timings[0][0] if self.timings else len(self.lines)
        end = at
        while end < last and self.lines[end].strip():
            end += 1
        first = self.lines[at].lstrip("\ufeff").removeprefix("WEBVTT").strip(" \t-–—")
        held = [line.strip() for line in self.lines[at + 1 : end] if not CUE_NUMBER.fullmatch(line)]
        self.header = [line for line in (first, *held) if line]
        return end

    def _cues(self) -> Iterator[Cue]:
        for n, (at, timing) in enumerate(self.timings):
            following = self.timings[n + 1][0] if n + 1 < len(self.timings) else len(self.lines)
            begin = at + 1
            end = self._end_before(begin, following, has_words=True)
            if n + 1 == len(self.timings):
                end = self._end_of_last(begin, end)
            elif end > begin and self.lines[end - 1].strip():
                self.faults["no empty line below a cue"] += 1
            if not timing.strict:
                self.faults["times in another form"] += 1
            words = self._words(begin, end, follows=True)
            yield Cue(timing.start, timing.end, "\n".join(filter(None, (timing.words, words))))

    def _end_before(self, begin: int, at: int, *, has_words: bool) -> int:
        """The line after the words above the line of times `at`: without the number or the name of the next cue."""
        above = at - 1
        if above < begin or at == len(self.lines):
            return at
        if not self.lines[above].strip():
            # In a file with an empty line after each line the number is two lines above its times.
            spread = at + 1 < len(self.lines) and not self.lines[at + 1].strip()
            number = self._cue_number(above - 1) if spread and above > begin else None
            if number is None or number != self.number + 1:
                return at
            self.number = number
            return above - 1
        is_apart = above == 0 or (above > begin and not self.lines[above - 1].strip())
        number = self._cue_number(above)
        if number is not None and (is_apart or self.is_numbered or number == self.number + 1):
            self.number = number
            return above
        is_name = number is None and self.is_vtt and is_apart
        return above if is_name and (not has_words or any(map(str.strip, self.lines[begin:above]))) else at

    def _cue_number(self, at: int) -> int | None:
        return int(self.lines[at].strip(" \t\ufeff\r\v\f")) if CUE_NUMBER.fullmatch(self.lines[at]) else None

    def _end_of_last(self, begin: int, end: int) -> int:
        """The line after the words of the last cue: without the beginning of one more, at which the file broke off."""
        last = end
        while last > begin and not self.lines[last - 1].strip():
            last -= 1
        stop = last
        if stop > begin and CUT_TIME.fullmatch(self.lines[stop - 1]):
            stop -= 1
        number = self._cue_number(stop - 1) if stop > begin else None
        is_cut = number is not None and number == self.number + 1 and (stop < last or stop - 1 > begin)
        if not is_cut or (stop - 2 >= begin and self.lines[stop - 2].strip()):
            return last
        self.faults["the last cue is cut off"] = 1
        return stop - 1

    def _words(self, begin: int, end: int, *, follows: bool) -> str:
        """The words in some lines: those right below the times, and those below an empty line.

        `follows` says that the lines follow a line of times. Comments, styles and regions of WebVTT are left out.
        """
        kept: list[str] = []
        open_braces = 0
        for first, last in self._blocks(begin, end):
            block = self.lines[first:last]
            is_below = first > begin or not follows
            # A style with an empty line in it goes on in the block below.
            if self.is_vtt and is_below and (open_braces > 0 or self._is_no_cue(first)):
                if open_braces > 0 or block[0].startswith("STYLE"):
                    open_braces += sum(line.count("{") - line.count("}") for line in block)
                continue
            if follows and first > begin and not self.lines[first - 1]:
                self.faults["an empty line in a cue"] += 1
            kept += block
        return "\n".join(kept).strip()

    def _is_no_cue(self, at: int) -> bool:
        line = self.lines[at]
        return any(pattern.fullmatch(line) for pattern in (COMMENT, STYLE_OR_REGION, HEADER))

    def _blocks(self, begin: int, end: int) -> Iterator[tuple[int, int]]:
        at = begin
        while at < end:
            if self.lines[at].strip():
                first = at
                while at < end and self.lines[at].strip():
                    at += 1
                yield first, at
            at += 1
