"""The lines of cues as they are read aloud: without tags, each with its voice, and each once."""

import html
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec
import regex

from pipeline.readers.subtitles.cues import Cue

TAG = regex.compile(
    r"""
    <v(?:\.[^\s<>]{1,60})? (?: [ \t\n]{1,9}+ (?P<voice> [^<>]{0,100}) )? >   # <v Ada Fern>, <v.loud Ada>
  | (?P<voice_end> </v> )
  | (?P<break> <br\s{0,3}/?> )
  | </?(?:c|i|b|u|s|em|strong|ruby|rt|lang|font|span)(?:[.\s/][^<>]{0,200})?>   # <c.yellow>, <font color="red">
  | <[0-9]{1,4}:[0-9:.,]{1,20}>                                              # <00:01.000>
  | \{\\[^{}\n]{1,80}\} | \{/?[ibu]\}                                        # {\an8} and {i} of SubRip
    """,
    regex.VERBOSE | regex.IGNORECASE,
)
"""The tags of both formats. Anything else in angle brackets, such as `<laughs>`, is words."""
ENTITY = regex.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
LINE_END = regex.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
INVISIBLE = " \t\ufeff\xa0\u200b\u200e\u200f"
"""Characters that are all that some cues hold; they are no words."""

MAX_ROLLED_LINES = 8
"""Lines that a cue may repeat; captions show four at most."""
MIN_ROLLING_SHARE = 0.2
"""Share of the cues that show a line of the cue before again, with new words below or after it, from which the captions
of a file roll. In captions that roll it is a half at least, in others hardly one in a hundred."""
MIN_ROLLING_CUES = 2
"""Of these cues, as many at least: once may be chance."""


class SpokenLine(msgspec.Struct, frozen=True, gc=False):
    """A line of a cue, or the part of it that one voice says. `voice` is None if no tag names it."""

    text: str
    voice: str | None
    start: float
    end: float
    goes_on: bool = False
    """It is the rest of a line that grew, and follows its beginning without anything between them."""


def spoken_lines(cues: Sequence[Cue]) -> Sequence[Sequence[SpokenLine]]:
    """The lines of each cue that has words; what rolling captions show again is left out."""
    shown = [lines for cue in cues if (lines := _lines(cue))]
    repeats = [_repeat(before, after) for before, after in pairwise(shown)]
    rolling = sum(
        repeat != (0, 0) and repeat[0] < len(after) for repeat, after in zip(repeats, shown[1:], strict=False)
    )
    if rolling < MIN_ROLLING_CUES or rolling < MIN_ROLLING_SHARE * len(repeats):
        return shown
    return [shown[0], *(_new_lines(after, *repeat) for after, repeat in zip(shown[1:], repeats, strict=True))]


def _lines(cue: Cue) -> list[SpokenLine]:
    return [
        SpokenLine(words, voice, cue.start, cue.end)
        for voice, text in _voiced(cue.text)
        for piece in text.split("\n")
        if (words := LINE_END.sub(" ", _decoded(piece)).strip().strip(INVISIBLE).strip())
    ]


def _voiced(text: str) -> Iterator[tuple[str | None, str]]:
    """The parts of a cue by voice, without tags."""
    at, voice = 0, None
    pieces: list[str] = []
    for tag in TAG.finditer(text):
        pieces.append(text[at : tag.start()])
        at = tag.end()
        if tag["voice"] is not None or tag["voice_end"]:
            yield voice, "".join(pieces)
            pieces = []
            voice = " ".join(_decoded(tag["voice"] or "").strip(INVISIBLE + ":：").split()) or None
        elif tag["break"]:
            pieces.append("\n")
    yield voice, "".join(pieces) + text[at:]


def _decoded(text: str) -> str:
    return ENTITY.sub(lambda entity: html.unescape(entity[0]), text) if "&" in text else text


def _repeat(before: Sequence[SpokenLine], after: Sequence[SpokenLine]) -> tuple[int, int]:
    """How many lines of a cue, and characters of the line after these, are the last that the cue before it shows."""
    for count in range(min(len(before), len(after), MAX_ROLLED_LINES), 0, -1):
        *full, last = before[-count:]
        new = after[count - 1]
        if new.voice != last.voice or any(a.text != b.text for a, b in zip(full, after, strict=False)):
            continue
        if new.text == last.text:
            return count, 0
        if new.text.startswith(last.text) and _is_boundary(last.text[-1], new.text[len(last.text)]):
            return count - 1, len(last.text)
    return 0, 0


def _is_boundary(before: str, after: str) -> bool:
    return not (before.isascii() and before.isalnum() and after.isascii() and after.isalnum())


def _new_lines(lines: Sequence[SpokenLine], count: int, cut: int) -> Sequence[SpokenLine]:
    if not cut:
        return lines[count:]
    rest = msgspec.structs.replace(lines[count], text=lines[count].text[cut:], goes_on=True)
    return [rest, *lines[count + 1 :]]
