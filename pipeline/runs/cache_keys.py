"""Hashes that say whether a document, or what decides its article, is another than it was."""

import hashlib

from pipeline.model.record import Record
from pipeline.readers import html

KEY_BYTES = 16
"""Bytes of a hash."""


def key_of_record(record: Record) -> bytes:
    """A hash of all parts of a record that go into its article."""
    digest = hashlib.blake2b(digest_size=KEY_BYTES)
    origin = record.origin
    parts: list[str | bytes | int | None] = [
        record.id, record.data, record.encoding, record.converted_by,
        origin.path, origin.media_type, origin.member, origin.row, origin.field, origin.sha256,
        html.converter() if html.is_page(record) else None,
    ]  # fmt: skip
    for entry in record.metadata.items():
        parts += entry
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
        # With its kind and length before it, no two lists of parts look the same.
        digest.update(b"%c%d:" % (type(part).__name__.encode()[0], len(data)))
        digest.update(data)
    return digest.digest()


def key_of_article(record: bytes, settings: bytes) -> bytes:
    """A hash of all that decides an article: the one of its record, and `settings`, the one of what all share."""
    return hashlib.blake2b(record, key=settings[: hashlib.blake2b.MAX_KEY_SIZE], digest_size=KEY_BYTES).digest()
