"""Hashes that tell a run whether a document, or anything else that decides what its article holds, has changed."""

import hashlib
from importlib import metadata
from typing import Final

import msgspec

from pipeline.core.pipeline import Pipeline
from pipeline.model.article import VERSION
from pipeline.model.record import Record
from pipeline.readers.conversion import converter_of
from pipeline.version import __version__

KEY_BYTES = 16
LIBRARIES: Final = ("ftfy", "jieba", "lxml", "regex", "trafilatura")
"""Packages of which another version may make another article of the same document."""


def key_of_record(record: Record) -> bytes:
    """Returns a hash of all parts of a record that go into its article."""
    digest = hashlib.blake2b(digest_size=KEY_BYTES)
    origin = record.origin
    parts: list[str | bytes | int | None] = [
        record.id, record.data, record.encoding, record.converted_by,
        origin.path, origin.media_type, origin.member, origin.row, origin.field, origin.sha256,
        converter_of(record),
    ]  # fmt: skip
    for entry in record.metadata.items():
        parts += entry
    for item in record.evidence:
        parts += (item.start, item.end, item.kind, item.value)
    parts += record.faults
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
        # Each part is preceded by its type and length, so that no two lists of parts give the same bytes.
        digest.update(b"%c%d:" % (type(part).__name__.encode()[0], len(data)))
        digest.update(data)
    return digest.digest()


def key_of_article(record: bytes, settings: bytes) -> bytes:
    """Returns a hash of everything that decides what an article holds: its record and the settings, both as hashes."""
    return hashlib.blake2b(record, key=settings[: hashlib.blake2b.MAX_KEY_SIZE], digest_size=KEY_BYTES).digest()


def settings_key(pipeline: Pipeline, encoding: str | None) -> bytes:
    """Returns a hash of what decides all articles of a run: versions, recipe, settings and profiles."""
    libraries = [_version(name) for name in LIBRARIES]
    variants = [[variant.version, variant.match] for variant in pipeline.variants]
    parts = [VERSION, __version__, libraries, encoding, variants]
    return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).digest()


def reading_key(*settings: object) -> bytes:
    """Returns a hash of the settings that decide which documents a source holds."""
    return hashlib.sha256(msgspec.json.encode(settings, order="deterministic")).digest()


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
