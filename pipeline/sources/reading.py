"""Which reader takes which file."""

from collections.abc import Iterable, Iterator

from pipeline.settings import Input
from pipeline.sources import jsonl, text
from pipeline.sources.folder import File
from pipeline.sources.record import Record, Unreadable

READERS = {".jsonl": jsonl.read, ".ndjson": jsonl.read}


def records(files: Iterable[File], options: Input) -> Iterator[Record | Unreadable]:
    """The documents of `files`, in order, one at a time; a file whose suffix no reader claims is one text document.

    A record whose id an earlier one had is given as `Unreadable`.
    """
    seen: set[str] = set()
    for file in files:
        for record in READERS.get(file.path.suffix.lower(), text.read)(file, options):
            if isinstance(record, Record) and record.id in seen:
                row = record.origin.row
                where = file.name if row is None else f"line {row} of {file.name}"
                yield Unreadable(record.id, f"{where}: an earlier document has this id; make ids unique")
                continue
            if isinstance(record, Record):
                seen.add(record.id)
            yield record
