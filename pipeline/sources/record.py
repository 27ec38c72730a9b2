"""What a reader gives: a document that has not been read yet, or the reason why there is none."""

from collections.abc import Mapping

import msgspec

from pipeline.article import Origin


class Record(msgspec.Struct, frozen=True):
    """One document: its bytes, or the text of its field in a table, and what came with it."""

    id: str
    data: bytes | str
    origin: Origin
    metadata: Mapping[str, str] = {}


class Unreadable(msgspec.Struct, frozen=True):
    """A document that cannot be read: which one, and a line on why and what to do."""

    id: str
    reason: str
