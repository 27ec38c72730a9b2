"""What readers return for bytes that a test writes."""

from pathlib import Path

from pipeline.config.settings import Input
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.documents import records
from pipeline.readers.input_files import InputFile
from pipeline.readers.registry import select_readers


def found(
    folder: Path, name: str, data: bytes | str, options: Input | None = None, *, named: bool = True, **reader: object
) -> list[Record | Unreadable | LeftOut]:
    """All items of one file. `reader` are options of the reader named by the suffix, or of `csv`."""
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return in_file(path, options, named=named, **reader)


def in_file(
    path: Path, options: Input | None = None, *, named: bool = True, **reader: object
) -> list[Record | Unreadable | LeftOut]:
    """All items of an existing file."""
    suffix = {"tsv": "csv", "tab": "csv", "db": "sqlite"}.get(name := path.suffix[1:], name)
    readers = select_readers({suffix: reader} if reader else None)
    return list(records([InputFile(path, f"wire/{path.name}", named)], options or Input(), readers))


def texts(items: list[Record | Unreadable | LeftOut]) -> list[bytes | str]:
    """The texts of records; asserts that none failed."""
    assert all(isinstance(item, Record) for item in items), items
    return [item.data for item in items if isinstance(item, Record)]


def only_record(items: list[Record | Unreadable | LeftOut]) -> Record:
    (only,) = items
    assert isinstance(only, Record), only
    return only


def only_failure(items: list[Record | Unreadable | LeftOut]) -> Unreadable:
    (only,) = items
    assert isinstance(only, Unreadable), only
    return only


def only_aside(items: list[Record | Unreadable | LeftOut]) -> LeftOut:
    (only,) = items
    assert isinstance(only, LeftOut), only
    return only


def failures(items: list[Record | Unreadable | LeftOut]) -> list[str]:
    """The reasons of all failures."""
    return [item.reason for item in items if isinstance(item, Unreadable)]


def ids(items: list[Record | Unreadable | LeftOut]) -> list[str]:
    """The ids of all documents, including failed ones."""
    return [item.id for item in items if not isinstance(item, LeftOut)]
