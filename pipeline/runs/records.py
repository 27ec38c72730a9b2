"""What a source gives to a run: records, whole or as bytes from the process that reads, or nothing for a moment."""

import pickle
from typing import Final, TypeAlias

import msgspec

from pipeline.model.article import Origin
from pipeline.model.record import LeftOut, Record, Unreadable, describe_location
from pipeline.runs.cache_keys import key_of_record


class EncodedRecord(msgspec.Struct, frozen=True):
    """A record as bytes, and what the run needs to know of it: the run passes it on and never decodes its text.

    `weight` is that of the record, in bytes; `key` is what `cache_keys.key_of_record` gives for it; `apart` is
    that of the record once the run has set it.
    """

    id: str
    origin: Origin
    weight: int
    key: bytes
    body: bytes
    apart: bool = False

    @property
    def describe_location(self) -> str:
        """Where it lies, for a message, as `Record.where` says it."""
        return describe_location(self.id, self.origin)

    def without_data(self) -> "EncodedRecord":
        """The same without the record itself, for whoever only needs to name it."""
        return msgspec.structs.replace(self, body=b"")


AnyRecord: TypeAlias = Record | EncodedRecord
"""A record, whole or as bytes."""


class Waiting(msgspec.Struct, frozen=True):
    """Nothing has come for a moment: whoever takes documents may look after other things."""


WAITING: Final = Waiting()

SourceItem: TypeAlias = AnyRecord | Unreadable | LeftOut | Waiting


def encode_record(record: Record) -> EncodedRecord:
    """The record as bytes."""
    return EncodedRecord(record.id, record.origin, record.weight, key_of_record(record), pickle.dumps(record, 5))


def decode_record(record: AnyRecord) -> Record:
    """The record itself, however it came."""
    if isinstance(record, Record):
        return record
    found = pickle.loads(record.body)  # noqa: S301 -- from our own process
    assert isinstance(found, Record)  # noqa: S101 -- as `encode_record` made it
    return msgspec.structs.replace(found, apart=True) if record.apart else found


def record_key(record: AnyRecord) -> bytes:
    """What `key_of_record` gives for the record."""
    return record.key if isinstance(record, EncodedRecord) else key_of_record(record)
