"""The lines of a subtitle file that say when a cue is shown: `00:01:02.500 --> 00:01:04.000 line:0`."""

import math

import msgspec
import regex

_TIME = r"""
    (?: (?P<hours{n}> [0-9]{{1,4}}) \s?[:：]\s? )?                # WebVTT may leave the hours out
    (?P<minutes{n}> [0-9]{{1,3}}) \s?[:：]\s? (?P<seconds{n}> [0-9]{{1,2}})
    (?: \s?[.,:;，。：]\s? (?P<fraction{n}> [0-9]{{1,9}}) )?       # `.` in WebVTT, `,` in SubRip
"""
_START, _END = _TIME.format(n=1), _TIME.format(n=2)
_BEFORE = r"[\s\ufeff]{0,20}+ (?: [0-9]{1,7} \s{1,5}+ (?=[0-9]) )?"
"""What may be before the times: the number of the cue, if the line end after it is lost."""
TIMING = regex.compile(
    rf"""
    {_BEFORE} {_START} \s{{0,20}}+
    (?P<arrow> [-–—−]{{1,3}} \s? [-–—]? [>＞] | [→⟶] | -{{1,3}}&gt; )
    (?: \s{{0,20}}+ {_END} )?                                    # a damaged file may lack the end
    (?P<rest> (?: [\s,;].* )? )$
    """,
    regex.VERBOSE,
)
"""A line of times, also with other arrows, digits and marks than the formats allow."""
BARE_TIMES = regex.compile(rf"{_BEFORE} {_START} (?: , | \s{{1,5}}+ ) {_END} \s{{0,20}}+ $", regex.VERBOSE)
"""Two times without an arrow, as in `0:00:01.000,0:00:02.000`; both have a fraction."""
MAX_TIMING_CHARS = 400
"""Characters of a line that may hold two times and the settings of a cue."""
SETTING = regex.compile(r"(?i)(?:vertical|line|position|size|align|region|[XY][12]|[DLTSA]):\S{1,60}")
"""A cue setting, also the coordinates of SubRip and the letters of the first WebVTT drafts."""
STRICT_TIMING = regex.compile(
    r"(?: [0-9]{2,}: )? [0-5][0-9] : [0-5][0-9] (?P<point> [.,]) [0-9]{3}"
    r"[ \t]+ --> [ \t]+ (?: [0-9]{2,}: )? [0-5][0-9] : [0-5][0-9] (?P=point) [0-9]{3} (?: [ \t].* )?",
    regex.VERBOSE,
)


class Timing(msgspec.Struct, frozen=True, gc=False):
    """The times of a cue in seconds, the words that the line also holds, and whether it is as its format says.

    `end` is NaN if the line lacks it.
    """

    start: float
    end: float
    words: str = ""
    strict: bool = True


def parse_timing(line: str) -> Timing | None:
    """The times on a line, or None if it is no line of times.

    >>> parse_timing("0:01:02.5 -> 0:01:04,25 line:0")
    Timing(start=62.5, end=64.25, words='', strict=False)
    >>> parse_timing("10:30 -> 11:00 lunch")
    """
    if len(line) > MAX_TIMING_CHARS or not line.lstrip(" \t\ufeff")[:1].isdecimal():
        return None
    match = TIMING.match(line)
    if match is None:
        match = BARE_TIMES.match(line)
        if match is None or not (match["fraction1"] and match["fraction2"]):
            return None
        return Timing(_seconds(match, 1), _seconds(match, 2), strict=False)
    rest = match["rest"].strip(" \t,;")
    words = "" if all(map(SETTING.fullmatch, rest.split())) else rest
    ended, fine = match["minutes2"] is not None, match["fraction1"] is not None
    # A timetable has arrows, too. A line with less than two times, or with words, must have thousandths.
    if not fine and (words or not ended or match["arrow"] != "-->"):
        return None
    strict = not words and STRICT_TIMING.fullmatch(line.rstrip()) is not None
    return Timing(_seconds(match, 1), _seconds(match, 2) if ended else math.nan, words, strict)


def _seconds(match: "regex.Match[str]", n: int) -> float:
    hours, minutes, seconds = (int(match[f"{part}{n}"] or 0) for part in ("hours", "minutes", "seconds"))
    return hours * 3600 + minutes * 60 + seconds + float(f"0.{match[f'fraction{n}'] or 0}")
