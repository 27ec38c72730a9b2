"""A reader of subtitles (SubRip and WebVTT): the cues of a talk, joined to paragraphs, with the names of who speaks."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Annotated, ClassVar

from msgspec import Meta

from pipeline.readers import ByteSource, Claim, Input, Origin, ReaderError, ReaderItem, Record
from pipeline.text.decoding import DecodingError, decode

TIME = r"(?:(\d{1,3}):)?(\d\d):(\d\d)[.,](\d{3})"
TIMING = re.compile(rf"^[ \t]*{TIME}[ \t]+-->[ \t]+{TIME}.*$", re.MULTILINE)
VOICE = re.compile(r"<v(?:\.[^ \t>]{1,40})?[ \t]+([^>\n]{1,80})>")
TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,80}>|\{\\[^{}\n]{0,80}\}")
LABEL = re.compile(r"^[^\W\d][\w .'’·-]{0,40}[:：]")
WIDE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]")


@dataclass(frozen=True)
class Subtitles:
    """One document a file. Cues follow each other in one paragraph until somebody else speaks, or nobody for long."""

    name: ClassVar = "subtitles"
    protocol: ClassVar = 1
    is_document: ClassVar = True

    pause: Annotated[float, Meta(ge=0, description="Seconds of silence that end a paragraph.")] = 3.0

    def sniff(self, source: ByteSource) -> Claim:
        """WebVTT says what it is; of a file that is called `.srt` a line of times is asked."""
        if source.head.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
            return Claim.CONTENT
        return Claim.NAME if source.suffix in {".srt", ".vtt"} and b"-->" in source.head else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """The transcript. It is the source that can be restored; the file itself is known by its hash."""
        data = source.whole(options.limits.bytes)
        try:
            text = decode(data, encoding=options.encoding).text
        except DecodingError as error:
            raise ReaderError(str(error)) from error
        transcript = "".join(f"{paragraph}\n" for paragraph in self.paragraphs(text))
        if not transcript:
            raise ReaderError("holds no cue with a text; leave it out")
        origin = Origin(
            path=source.location.file,
            media_type="text/vtt" if text.startswith("WEBVTT") else "application/x-subrip",
            member=source.location.member,
            row=None,
            field=None,
            sha256=hashlib.sha256(data).hexdigest(),
        )
        made_by = f"bilingual-pipeline-subtitles {version('bilingual-pipeline-subtitles')}"
        yield Record(source.id, transcript, origin, converted_by=made_by)

    def paragraphs(self, text: str) -> Iterator[str]:
        """The cues of `text`, joined."""
        said, last, heard = "", "", 0.0
        for start, end, cue in cues(text):
            voice = VOICE.match(cue)
            words = TAG.sub("", cue).strip()
            if voice and voice[1] != last:
                words = f"{voice[1]}: {words}"
            if said and ((voice and voice[1] != last) or LABEL.match(words) or start - heard > self.pause):
                yield said
                said = ""
            said += f"{_space(said, words)}{words}"
            last, heard = voice[1] if voice else last, end
        if said:
            yield said


def cues(text: str) -> Iterator[tuple[float, float, str]]:
    """Start and end in seconds, and the words of each cue; lines of one cue are one."""
    timings = list(TIMING.finditer(text))
    for i, timing in enumerate(timings):
        end = timings[i + 1].start() if i + 1 < len(timings) else len(text)
        # What stands behind a blank line is the number or name of the next cue.
        body = text[timing.end() + 1 : end].split("\n\n", maxsplit=1)[0]
        words = ""
        for line in filter(None, map(str.strip, body.split("\n"))):
            words += f"{_space(words, line)}{line}"
        if TAG.sub("", words).strip():
            yield _seconds(timing.groups()[:4]), _seconds(timing.groups()[4:]), words


def _seconds(time: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in time)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


def _space(before: str, after: str) -> str:
    """What parts two pieces that are joined: nothing between wide characters."""
    return "" if not before or (WIDE.match(before[-1]) and WIDE.match(after[0])) else " "
