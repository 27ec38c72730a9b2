"""Converts a record that contains a file of subtitles into a record of what is said in it."""

import hashlib
import math
from collections.abc import Mapping

import msgspec

from pipeline.errors import DocumentError
from pipeline.model.evidence import Evidence
from pipeline.model.record import Record, check_encodable, data_bytes
from pipeline.readers.subtitles.cues import Format, read_cues
from pipeline.readers.subtitles.transcript import Paragraph, paragraphs
from pipeline.text.decoding import DecodingError, decode
from pipeline.version import __version__

FORMATS: Mapping[str, Format] = {"text/vtt": "vtt", "application/x-subrip": "srt"}
"""The formats by media type."""
MEDIA_TYPES: Mapping[Format, str] = {form: media_type for media_type, form in FORMATS.items()}
CONVERTER = f"bilingual-pipeline {__version__}"
HEADER_FIELDS = ("kind", "language")
"""What the header of a WebVTT file may say of it, as in `Language: zh`; any other words of it are kept together."""
MAX_HEADER_CHARS = 2000


class Transcript(msgspec.Struct, frozen=True):
    """What is said in a file of subtitles: a paragraph on each line, with its times as evidence.

    `metadata` is what the header says, `faults` is what was read although the format does not allow it.
    """

    text: str
    evidence: tuple[Evidence, ...] = ()
    metadata: Mapping[str, str] = {}
    faults: tuple[str, ...] = ()


def transcript(text: str, form: Format) -> Transcript:
    """The transcript of a file; its text is empty if no cue has words."""
    file = read_cues(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), form)
    lines, evidence, at = [], [], 0
    for paragraph in paragraphs(file.cues):
        lines.append(f"{paragraph.text}\n")
        if not math.isnan(paragraph.start):
            evidence.append(Evidence(at, at + len(paragraph.text), "time", _time(paragraph)))
        at += len(paragraph.text) + 1
    return Transcript("".join(lines), tuple(evidence), _metadata(file.header), file.faults)


def subtitle_record(record: Record, media_type: str) -> Record:
    """The record with the words of its cues.

    From then on they are the source, and `origin.sha256` is the hash of the file. Metadata that came with the record
    wins over that of the file.

    Raises `DocumentError` for a file that cannot be decoded or has no words.
    """
    check_encodable(record)
    data = data_bytes(record)
    try:
        decoded = decode(data, encoding="utf-8" if isinstance(record.data, str) else record.encoding)
    except DecodingError as error:
        raise DocumentError(record.id, str(error)) from error
    found = transcript(decoded.text, FORMATS[media_type])
    if not found.text:
        raise DocumentError(record.id, "holds no cue with words; leave it out")
    faults = found.faults
    if decoded.undecodable:
        faults = (*faults, f"bytes that no codec reads ({len(decoded.undecodable):,})")
    origin = msgspec.structs.replace(record.origin, media_type=media_type, sha256=hashlib.sha256(data).hexdigest())
    return msgspec.structs.replace(
        record,
        data=found.text,
        origin=origin,
        metadata={**found.metadata, **record.metadata},
        converted_by=CONVERTER,
        evidence=found.evidence,
        faults=faults,
    )


def _metadata(header: tuple[str, ...]) -> dict[str, str]:
    fields, rest = {}, []
    for line in header:
        key, colon, value = line.partition(":")
        if colon and key.strip().lower() in HEADER_FIELDS and value.strip():
            fields[key.strip().lower()] = value.strip()[:MAX_HEADER_CHARS]
        else:
            rest.append(line)
    return {**fields, "header": "\n".join(rest)[:MAX_HEADER_CHARS]} if rest else fields


def _time(paragraph: Paragraph) -> str:
    start = f"{paragraph.start:.3f}".rstrip("0").rstrip(".")
    if math.isnan(paragraph.end):
        return start
    return f"{start}-{f'{paragraph.end:.3f}'.rstrip('0').rstrip('.')}"
