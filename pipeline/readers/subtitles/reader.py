"""Reads files of subtitles: WebVTT (`.vtt`) and SubRip (`.srt`)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from pipeline.config.settings import Input
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.readers.subtitles.conversion import MEDIA_TYPES
from pipeline.readers.subtitles.cues import Format
from pipeline.readers.subtitles.detect import holds_times, subtitle_format
from pipeline.readers.text import document_record

SUFFIXES: dict[str, Format] = {".vtt": "vtt", ".srt": "srt"}


@dataclass(frozen=True)
class SubtitlesReader:
    """Reads subtitles: WebVTT and SubRip. Claims them by content as well as by name, as they may have any suffix."""

    name: ClassVar = "subtitles"
    protocol: ClassVar = 1
    is_document: ClassVar = True

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the first lines, or by suffix if there is a line of times."""
        if subtitle_format(source.head) is not None:
            return Claim.CONTENT
        return Claim.NAME if source.suffix in SUFFIXES and holds_times(source.head) else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        """Yields the file unchanged. A worker takes the words out of it before it processes the record."""
        form = subtitle_format(source.head) or SUFFIXES.get(source.suffix, "srt")
        yield document_record(source, source.whole(options.limits.bytes), MEDIA_TYPES[form])
