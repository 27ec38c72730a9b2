"""A reader of Praat TextGrids: what is said in their tiers, joined to paragraphs, with the names of who speaks."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Annotated, ClassVar, NamedTuple

from msgspec import Meta

from pipeline.readers import ByteSource, Claim, Input, Origin, ReaderError, ReaderItem, Record
from pipeline.text.decoding import DecodingError, decode

KIND = re.compile(rb'^File type = "ooTextFile"\s{1,9}Object class = "TextGrid"')
NUMBER = r"[0-9]{1,12}(?:\.[0-9]{1,20})?"
STRING = r'"((?:[^"]|"")*)"'
TIER = re.compile(rf'class = "IntervalTier"\s{{1,99}}name = {STRING}')
INTERVAL = re.compile(rf"xmin = ({NUMBER})\s{{1,99}}xmax = ({NUMBER})\s{{1,99}}text = {STRING}")
WIDE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")


class Interval(NamedTuple):
    """What one speaker says; `start` and `end` are in seconds."""

    start: float
    end: float
    speaker: str
    words: str


@dataclass(frozen=True)
class TextGrid:
    """One document a file. Intervals follow each other in one paragraph until somebody else speaks, or nobody."""

    name: ClassVar = "textgrid"
    protocol: ClassVar = 1
    is_document: ClassVar = True

    pause: Annotated[float, Meta(ge=0, description="Seconds of silence that end a paragraph.")] = 3.0

    def sniff(self, source: ByteSource) -> Claim:
        """By the first two lines; Praat may write UTF-16, whose ASCII has NULs between the letters."""
        head = source.head.removeprefix(b"\xef\xbb\xbf").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
        return Claim.CONTENT if KIND.match(head.replace(b"\0", b"")) else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """The transcript. It is the source that can be restored; the file itself is known by its hash."""
        data = source.whole(options.limits.bytes)
        try:
            text = decode(data, encoding=options.encoding).text
        except DecodingError as error:
            raise ReaderError(str(error)) from error
        transcript = "".join(f"{paragraph}\n" for paragraph in self.paragraphs(text))
        if not transcript:
            raise ReaderError("holds no interval with a text; leave it out")
        origin = Origin(
            path=source.location.file,
            media_type="text/x-praat-textgrid",
            member=source.location.member,
            row=None,
            field=None,
            sha256=hashlib.sha256(data).hexdigest(),
        )
        made_by = f"bilingual-pipeline-textgrid {version('bilingual-pipeline-textgrid')}"
        yield Record(source.id, transcript, origin, converted_by=made_by)

    def paragraphs(self, text: str) -> Iterator[str]:
        """The intervals of all tiers of `text`, joined."""
        said, last, heard = "", "", 0.0
        for interval in sorted(intervals(text)):
            if said and (interval.speaker != last or interval.start - heard > self.pause):
                yield said
                said = ""
            label = f"{interval.speaker}: " if interval.speaker != last and interval.speaker else ""
            said += f"{_space(said, interval.words)}{label}{interval.words}"
            last, heard = interval.speaker, interval.end
        if said:
            yield said


def intervals(text: str) -> Iterator[Interval]:
    """The intervals with words, tier by tier."""
    tiers = list(TIER.finditer(text))
    for i, tier in enumerate(tiers):
        end = tiers[i + 1].start() if i + 1 < len(tiers) else len(text)
        for start, stop, words in INTERVAL.findall(text, tier.end(), end):
            said = _string(words)
            if said:
                yield Interval(float(start), float(stop), _string(tier[1]), said)


def _string(written: str) -> str:
    """A string of the file on one line; a quotation mark in it is written twice."""
    return " ".join(written.replace('""', '"').split())


def _space(before: str, after: str) -> str:
    """What parts two pieces that are joined: nothing between wide characters."""
    return "" if not before or (WIDE.match(before[-1]) and WIDE.match(after[0])) else " "
