"""What a source yields to a run: whole or encoded records, unreadable files, parts that were left out, or `WAITING`."""

import pickle
from typing import Final, TypeAlias

import msgspec

from pipeline.model.article import Origin
from pipeline.model.record import LeftOut, Record, Unreadable, describe_location
from pipeline.runs.cache_keys import key_of_record


class EncodedRecord(msgspec.Struct, frozen=True):
    """A pickled record from the reading process. The run passes it on to a worker and never decodes its text.

    Attributes:
        id: The document's id.
        origin: Where the document was read.
        weight: The weight of the record in bytes.
        key: The record's cache key (`cache_keys.key_of_record`).
        body: The pickled record.
        apart: Whether the file name of its article ends with a hash. The run sets this.

    """

    id: str
    origin: Origin
    weight: int
    key: bytes
    body: bytes
    apart: bool = False

    @property
    def where(self) -> str:
        """The document's location for messages, like `Record.where`."""
        return describe_location(self.id, self.origin)

    def without_data(self) -> "EncodedRecord":
        """Returns a copy without the pickled record."""
        return msgspec.structs.replace(self, body=b"")


AnyRecord: TypeAlias = Record | EncodedRecord


class Waiting(msgspec.Struct, frozen=True):
    """Nothing has arrived yet. The run can do other work before it asks again."""


WAITING: Final = Waiting()

SourceItem: TypeAlias = AnyRecord | Unreadable | LeftOut | Waiting


def encode_record(record: Record) -> EncodedRecord:
    """Pickles a record."""
    return EncodedRecord(record.id, record.origin, record.weight, key_of_record(record), pickle.dumps(record, 5))


def decode_record(record: AnyRecord) -> Record:
    """Returns the record itself, whether it is encoded or not."""
    if isinstance(record, Record):
        return record
    decoded = pickle.loads(record.body)  # noqa: S301 -- pickled by our own process
    assert isinstance(decoded, Record)  # noqa: S101 -- see `encode_record`
    return msgspec.structs.replace(decoded, apart=True) if record.apart else decoded


def record_key(record: AnyRecord) -> bytes:
    """Returns the cache key of a record, whether it is encoded or not."""
    return record.key if isinstance(record, EncodedRecord) else key_of_record(record)
