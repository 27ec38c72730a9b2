"""Reads documents from files: a `Record` for each, whatever format or archive it is in.

Authors of a reader find here what they need:

    from pipeline.readers import ByteSource, Claim, Input, Origin, ReaderItem, Record, Unreadable

A name is imported when it is first used, so that importing one reader does not load the others.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.config.settings import Input as Input
    from pipeline.model.article import Origin as Origin
    from pipeline.model.evidence import Evidence as Evidence
    from pipeline.model.record import LeftOut as LeftOut
    from pipeline.model.record import ReaderError as ReaderError
    from pipeline.model.record import Record as Record
    from pipeline.model.record import Unreadable as Unreadable
    from pipeline.model.record import printable as printable
    from pipeline.readers.byte_source import ByteSource as ByteSource
    from pipeline.readers.byte_source import Location as Location
    from pipeline.readers.byte_source import read_lines as read_lines
    from pipeline.readers.documents import records as records
    from pipeline.readers.input_files import InputFile as InputFile
    from pipeline.readers.input_files import find_files as find_files
    from pipeline.readers.left_out import LeftOutParts as LeftOutParts
    from pipeline.readers.reader import Claim as Claim
    from pipeline.readers.reader import Reader as Reader
    from pipeline.readers.reader import ReaderItem as ReaderItem
    from pipeline.readers.registry import Registry as Registry
    from pipeline.readers.tables import TableRow as TableRow
    from pipeline.readers.tables import table_records as table_records
    from pipeline.readers.text import document_record as document_record

_MODULES = {
    "ByteSource": "readers.byte_source",
    "Claim": "readers.reader",
    "Evidence": "model.evidence",
    "Input": "config.settings",
    "InputFile": "readers.input_files",
    "LeftOut": "model.record",
    "LeftOutParts": "readers.left_out",
    "Location": "readers.byte_source",
    "Origin": "model.article",
    "Reader": "readers.reader",
    "ReaderItem": "readers.reader",
    "Record": "model.record",
    "Registry": "readers.registry",
    "ReaderError": "model.record",
    "TableRow": "readers.tables",
    "Unreadable": "model.record",
    "document_record": "readers.text",
    "find_files": "readers.input_files",
    "printable": "model.record",
    "read_lines": "readers.byte_source",
    "records": "readers.documents",
    "table_records": "readers.tables",
}

__all__ = [*_MODULES]  # noqa: PLE0604 -- the keys are names


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module 'pipeline.readers' has no attribute {name!r}")
    value = getattr(import_module(f"pipeline.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
