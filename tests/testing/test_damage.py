"""The conformance kit for readers: it reports faults, and passes the readers of this package."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec
import pytest
from readers.packing import COMPRESSIONS, FERRY, KEEPER, rows

from pipeline.config.settings import Input
from pipeline.model.record import LeftOut, ReaderError
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.reader import Claim, ReaderItem
from pipeline.readers.registry import built_in_reader
from pipeline.readers.text import document_record
from pipeline.testing import check_reader


@dataclass(frozen=True)
class Logbook:
    """A file that begins with `LOG` and a number of lines; `fails` says how reading fails."""

    name: ClassVar = "logbook"
    protocol: ClassVar = 1
    fails: str = "never"

    def sniff(self, source: ByteSource) -> Claim:
        return Claim.CONTENT if source.head.startswith(b"LOG ") else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:
        if self.fails == "nothing":
            return
        if self.fails == "clock":
            yield document_record(source, str(time.perf_counter()).encode(), "text/plain")
            return
        if self.fails == "number":
            yield msgspec.structs.replace(document_record(source, b"a", "text/plain"), id=7)
            return
        if self.fails == "always":
            yield LeftOut(str(source.location), "is not to my taste")
            return
        data = source.whole(options.limits.bytes)
        number, _, rest = data[4:].partition(b"\n")
        if self.fails == "raises":
            int(number.decode())
            number.decode().index("2")
        if not number.isdigit():
            raise ReaderError("says no number\nof lines" if self.fails == "lines" else "says no number of lines")
        yield document_record(source, rest, "text/plain")


LOG = {"a.log": b"LOG 2\n" + FERRY}


@pytest.mark.parametrize("name", ["gzip", "zstd", "xz", "bzip2", "jsonl", "text"])
def test_readers_of_this_package_pass(name: str) -> None:
    files = {f"t.jsonl{suffix}": pack(rows(20)) for suffix, pack in COMPRESSIONS.items()}
    check_reader(built_in_reader(name), {**files, "t.jsonl": rows(20), "k.txt": KEEPER}, times=50)


def test_a_sound_reader_passes() -> None:
    check_reader(Logbook(), LOG)


@pytest.mark.parametrize(
    ("fails", "message"),
    [
        ("raises", r"a\.log, .*: a\.log: the reader 'logbook' failed on it: (ValueError|UnicodeDecodeError)"),
        ("lines", r"a\.log, .*: its reason has several lines: 'says no number\\nof lines'"),
        ("raises", r"raise ReaderError\(reason\) for what ends the file, or yield Unreadable"),
        ("lines", r"use pipeline\.readers\.printable for words from the file"),
        ("nothing", r"read yields nothing; yield a Record for each document, or LeftOut"),
        ("clock", r"a\.log gives other documents when it is read again; .* use no clock"),
        ("number", r"a Record has id 7 and data of type bytes; give it an id that is a text"),
        ("always", r"a\.log gives no document: .*is not to my taste"),
    ],
)
def test_broken_reader_is_reported_with_file_and_damage(fails: str, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        check_reader(Logbook(fails), LOG)


def test_invalid_declaration_of_a_reader_is_reported() -> None:
    class Wrong(Logbook):
        protocol: ClassVar = 7

    with pytest.raises(AssertionError, match="the reader supports protocol 7, but this version uses 1"):
        check_reader(Wrong(), LOG)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("b.log", b"BOOK 2\nWhy?", r"sniff returns Claim\.NONE; return Claim\.NAME for its suffix"),
        ("b.log", b"<html><body>LOG", r"the reader 'html' claims it more strongly; return Claim\.CONTENT"),
    ],
)
def test_a_claim_that_is_too_weak_is_reported_with_what_to_return(name: str, data: bytes, message: str) -> None:
    class Timid(Logbook):
        def sniff(self, source: ByteSource) -> Claim:
            return Claim.NAME if b"LOG" in source.head else Claim.NONE

    # Other readers read the file, so they are taken away for the first case.
    files = {name: data}
    with pytest.MonkeyPatch.context() as patch:
        if b"LOG" not in data:
            patch.setattr("pipeline.testing.damage.BUILT_IN_READERS", {})
        else:
            patch.setattr("pipeline.readers.html.reader.HtmlReader.read", lambda *_: iter(()))
        with pytest.raises(AssertionError, match=message):
            check_reader(Timid(), files)
