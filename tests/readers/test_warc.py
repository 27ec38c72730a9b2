"""A WARC file: each record with a page or a text is a document; its type and header decide which it is."""

import gzip
import io
import tracemalloc
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, cast

import brotli
import pytest

from pipeline import read, restore
from pipeline.cli import main
from pipeline.config.settings import Input, Limits
from pipeline.core.pipeline import Pipeline
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers.byte_source import ByteSource, Location
from pipeline.readers.documents import records
from pipeline.readers.input_files import InputFile
from pipeline.readers.left_out import MAX_REASONS
from pipeline.readers.warc.reader import WarcReader
from pipeline.readers.warc.records import MAX_HEADER_BYTES
from pipeline.runs.job import Job
from pipeline.runs.run import run_records
from readers.warcs import (
    ADDRESS,
    PACKED,
    PAGE,
    TALK,
    answer,
    aside,
    chunked,
    document,
    failure,
    found,
    put,
    record,
    text,
)

# What a document is


def test_a_page_is_a_document_and_its_headers_are_metadata(tmp_path: Path) -> None:
    only = document(tmp_path, record(answer(PAGE)))
    assert only.data == PAGE.encode()
    assert only.metadata == {
        "url": ADDRESS,
        "warc-date": "2024-03-05T06:07:08Z",
        "warc-record-id": "<urn:uuid:5a17>",
        "content-type": "text/html; charset=utf-8",
        "charset": "utf-8",
    }


def test_a_document_is_named_by_file_and_number_and_has_its_position(tmp_path: Path) -> None:
    _, second = found(tmp_path, record("software: hand", "warcinfo"), text(TALK))[::-1]
    assert isinstance(second, Record)
    assert second.id == "crawl#2"
    origin = second.origin
    assert (origin.path, origin.member, origin.row, origin.field) == ("crawl.warc", None, 2, None)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        ("text/html", "text/html"),
        ("TEXT/HTML;charset=GBK", "text/html"),
        ("application/xhtml+xml", "text/html"),
        ("text/plain", "text/plain"),
    ],
)
def test_pages_and_plain_text_are_documents(tmp_path: Path, content: str, media_type: str) -> None:
    assert document(tmp_path, record(answer(TALK, content))).origin.media_type == media_type


@pytest.mark.parametrize("kind", ["resource", "conversion"])
def test_a_record_without_http_is_read_as_its_block(tmp_path: Path, kind: str) -> None:
    """WET files of Common Crawl consist of `conversion` records."""
    only = document(tmp_path, record(TALK, kind))
    assert (only.data, only.origin.media_type) == (TALK.encode(), "text/plain")


def test_the_identified_type_is_used_if_the_server_sent_none(tmp_path: Path) -> None:
    only = document(tmp_path, record(answer(TALK, ""), WARC_Identified_Payload_Type="text/plain"))
    assert only.metadata["content-type"] == "text/plain"


def test_a_url_in_angle_brackets_is_read(tmp_path: Path) -> None:
    """wget wrote them for years."""
    assert document(tmp_path, record(TALK, "resource", WARC_Target_URI=f"<{ADDRESS}>")).metadata["url"] == ADDRESS


def test_headers_may_have_any_case_and_be_folded(tmp_path: Path) -> None:
    data = record(answer(TALK, "text/plain;\r\n charset=utf-8"))
    odd = data.replace(b"WARC-Type: response", b"warc-TYPE:\tRESPONSE")
    assert document(tmp_path, odd).metadata["charset"] == "utf-8"


def test_lines_may_end_with_line_feeds_alone(tmp_path: Path) -> None:
    first, second = found(tmp_path, *(record(TALK, "resource").replace(b"\r\n", b"\n") for _ in range(2)))
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.data == second.data == TALK.encode()


def test_a_payload_truncated_by_the_crawler_is_marked(tmp_path: Path) -> None:
    assert document(tmp_path, record(answer(PAGE), WARC_Truncated="length")).metadata["warc-truncated"] == "length"


def test_a_file_is_detected_by_its_first_line_whatever_its_name(tmp_path: Path) -> None:
    (only,) = found(tmp_path, text(TALK), name="crawl.bin")
    assert isinstance(only, Record)
    assert only.id == "crawl#1"


# Packing


@pytest.mark.parametrize("coding", PACKED)
def test_a_compressed_payload_is_decompressed(tmp_path: Path, coding: str) -> None:
    assert document(tmp_path, record(answer(PACKED[coding], Content_Encoding=coding))).data == PAGE.encode()


@pytest.mark.parametrize("coding", PACKED)
def test_chunks_are_joined_before_they_are_decompressed(tmp_path: Path, coding: str) -> None:
    block = answer(chunked(PACKED[coding]), Transfer_Encoding="chunked", Content_Encoding=coding)
    assert document(tmp_path, record(block)).data == PAGE.encode()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "compress"])
def test_a_payload_that_the_crawler_decompressed_is_read_as_it_is(tmp_path: Path, coding: str) -> None:
    """Crawlers often keep the header."""
    block = answer(PAGE, Transfer_Encoding="chunked", Content_Encoding=coding)
    assert document(tmp_path, record(block)).data == PAGE.encode()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "Deflate", "br"])
def test_a_truncated_or_damaged_compressed_payload_fails(tmp_path: Path, coding: str) -> None:
    packed = PACKED[coding]
    for data in (packed[:-20], packed[:40] + bytes(60) + packed[100:]):
        reason = failure(tmp_path, record(answer(data, Content_Encoding=coding))).reason
        assert reason.startswith("crawl.warc, record 1 at byte 0: its ")
        assert reason.endswith("; fetch the page again")


def test_truncated_chunks_fail(tmp_path: Path) -> None:
    block = answer(chunked(PAGE.encode())[:-30], Transfer_Encoding="chunked")
    assert failure(tmp_path, record(block)).reason.endswith("its chunked transfer is cut off; fetch the page again")


def test_an_unknown_compression_is_reported(tmp_path: Path) -> None:
    reason = failure(tmp_path, record(answer(b"\x28\xb5\x2f\xfd\0\0", Content_Encoding="zz\u00e9"))).reason
    assert "content encoding 'zz\\xe9' is not known (known are br, deflate, gzip)" in reason


# Limits

SMALL = Input(limits=Limits(bytes=5000))


def bomb(coding: str) -> bytes:
    data = b"a" * 30_000_000
    if coding == "br":
        return bytes(brotli.compress(data))
    return gzip.compress(data) if coding == "gzip" else zlib.compress(data)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_decompression_bomb_is_refused_before_it_is_decompressed(tmp_path: Path, coding: str) -> None:
    file = put(tmp_path, record(answer(bomb(coding), Content_Encoding=coding)))
    tracemalloc.start()
    (only,) = records([file], Input(limits=Limits(bytes=100_000)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(only, Unreadable)
    assert only.reason.endswith("its payload is over the limit of 100,000 bytes; raise [input.limits] bytes")
    assert peak < 2_000_000


@pytest.mark.parametrize("size", [5001, 6000, 5000 + 2 * MAX_HEADER_BYTES, 3_000_000])
def test_a_document_over_the_limit_fails_and_the_next_ones_are_read(tmp_path: Path, size: int) -> None:
    over, after = found(tmp_path, text(b"a" * size), text(TALK), options=SMALL)
    assert isinstance(over, Unreadable)
    assert over.id == "crawl#1"
    assert over.reason.endswith("over the limit of 5,000 bytes; raise [input.limits] bytes")
    assert isinstance(after, Record)


def test_a_document_at_the_limit_is_read(tmp_path: Path) -> None:
    assert document(tmp_path, text(b"a" * 5000), options=SMALL).data == b"a" * 5000


def test_a_long_record_is_not_held_in_memory(tmp_path: Path) -> None:
    file = put(tmp_path, text(b"abc\n" * 4_000_000), record(answer(b"\0" * 8_000_000, "video/mp4")))
    tracemalloc.start()
    over, left, *_ = records([file], SMALL)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(over, Unreadable)
    assert isinstance(left, LeftOut)
    assert left.reason == "media type video/mp4"
    assert peak < 2_000_000


def test_memory_does_not_grow_with_the_number_of_records() -> None:
    """Only the reader: `records` also remembers every id."""
    skipped = record("x", "request") + record(answer(b"?", "image/png", 404))

    def peak(count: int) -> int:
        source = ByteSource(
            Location("crawl.warc"),
            cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", Repeated(skipped, count)))),
        )
        tracemalloc.start()
        assert [each.count for each in WarcReader().read(source, Input()) if isinstance(each, LeftOut)] == [
            count,
            count,
        ]
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)
    # An id that is remembered takes a hundred bytes.
    assert peak(2400) < peak(400) + 50_000


class Repeated(io.RawIOBase):
    """A stream that repeats the same bytes, so that the test does not hold them in memory; it cannot seek."""

    def __init__(self, piece: bytes, count: int) -> None:
        super().__init__()
        self.piece = piece
        self.left = len(piece) * count

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        room = memoryview(cast("bytearray", buffer))
        at = -self.left % len(self.piece)
        part = self.piece[at : at + min(len(room), self.left)]
        room[: len(part)] = part
        self.left -= len(part)
        return len(part)


# What is left out


def test_skipped_records_are_counted_by_reason(tmp_path: Path) -> None:
    parts = [
        record("software: hand", "warcinfo"),
        record("GET / HTTP/1.1\r\n\r\n", "request"),
        record("GET /a HTTP/1.1\r\n\r\n", "request"),
        record(answer(PAGE, status=404)),
        record(answer(b"\x89PNG", "image/png")),
        record(answer(PAGE, "")),
        record(answer(PAGE, "of/some kind")),
        record(answer(b"")),
        record(answer("User-agent: *", "text/plain"), WARC_Target_URI="https://salt.example/robots.txt"),
        record("fetched", "resource", WARC_Target_URI="metadata://gnu.org/software/wget/warc/wget.log"),
        record("salt.example. 300 IN A", Content_Type="text/dns"),
        record("{}", "Odd Type!"),
    ]
    assert aside(tmp_path, *parts) == {
        "record type warcinfo": 1,
        "record type request": 2,
        "HTTP status 404": 1,
        "media type image/png": 1,
        "no media type": 1,
        "an invalid media type": 1,
        "empty payload": 1,
        "robots.txt": 1,
        "log of the crawl": 1,
        "media type text/dns": 1,
        "an invalid record type": 1,
    }


def test_the_number_of_reasons_is_limited(tmp_path: Path) -> None:
    counts = aside(tmp_path, *(record(answer("x", f"image/x-{i}")) for i in range(100)))
    assert len(counts) == MAX_REASONS + 1
    assert counts["other reasons"] == 100 - MAX_REASONS


def test_skipped_records_of_a_truncated_file_are_reported(tmp_path: Path) -> None:
    items = found(tmp_path, record("a", "request"), text(TALK)[:-40])
    assert [type(each) for each in items] == [Unreadable, LeftOut]


def test_a_named_file_without_a_document_is_reported(tmp_path: Path) -> None:
    left, failed = found(tmp_path, record("a", "request"), record("b", "request"))
    assert left == LeftOut("crawl.warc", "record type request", 2)
    assert isinstance(failed, Unreadable)
    assert failed.reason == "none of its 2 records is a page or a text; leave it out"


def test_a_file_without_a_document_in_a_folder_is_skipped(tmp_path: Path) -> None:
    file = InputFile(put(tmp_path, record("a", "request")).path, "crawl.warc")
    assert list(records([file], Input())) == [LeftOut("crawl.warc", "record type request")]


# Charsets


def test_a_charset_of_the_header_is_used_if_the_bytes_are_valid_in_it(tmp_path: Path) -> None:
    assert document(tmp_path, record(answer(TALK.encode("gbk"), "text/plain; charset=GB2312"))).encoding == "gb18030"
    assert document(tmp_path, record(answer(TALK, "text/plain; charset='UTF-8'"))).encoding == "utf-8"


@pytest.mark.parametrize("charset", ["gbk", "utf-8", "iso-8859-1", "utf-16", "hex", "klingon", "\0", ""])
def test_a_wrong_or_unknown_charset_fails_no_document(tmp_path: Path, charset: str) -> None:
    wrong = TALK.encode("big5", "ignore") if charset == "utf-8" else TALK.encode()
    only = document(tmp_path, record(answer(wrong, f"text/plain; charset={charset}")))
    assert only.encoding is None


SHORT = "盐门\n\n吴岚：谁守闸口？\n\n罗思：我守。\n"


@pytest.mark.parametrize("media_type", ["text/html", "text/plain"])
def test_a_charset_declared_only_in_the_header_is_used(tmp_path: Path, media_type: str) -> None:
    content = SHORT if media_type == "text/plain" else PAGE
    file = put(tmp_path, record(answer(content.encode("gbk"), f"{media_type}; charset=gbk")))
    run_records(records([file], Input()), Job(Pipeline(), tmp_path / "out"))
    (article,) = read(tmp_path / "out")
    assert ("谁守闸口" in article.text) if media_type == "text/plain" else ("冬天谁守闸口" in article.text)


def test_the_configured_encoding_overrides_a_charset(tmp_path: Path) -> None:
    content = TALK.encode("gbk")
    file = put(tmp_path, record(answer(content, "text/plain; charset=gbk")))
    run_records(records([file], Input()), Job(Pipeline(), tmp_path / "out", encoding="latin-1"))
    (article,) = read(tmp_path / "out")
    assert {part.encoding for part in article.provenance.source.runs} == {"iso8859-1"}


# To the end


def test_a_record_with_the_type_of_a_page_is_read_as_a_page_however_it_begins(tmp_path: Path) -> None:
    fragment = "The gate stands open.<br>门开着。" + PAGE.partition("<body>")[2]
    run_records(records([put(tmp_path, record(answer(fragment)))], Input()), Job(Pipeline(), tmp_path / "out"))
    (article,) = read(tmp_path / "out")
    assert "<p>" not in article.text
    assert article.provenance.source.origin.media_type == "text/html"
    assert article.provenance.source.converted_by is not None


def written(*blocks: tuple[str, str, bytes, Mapping[str, str]]) -> bytes:
    """A file compressed record by record, written by warcio."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    # It would leave a file open.
    writer._create_temp_file = io.BytesIO
    writer.write_record(writer.create_warcinfo_record("crawl.warc.gz", {"software": "hand"}))
    for address, status, payload, fields in blocks:
        header = StatusAndHeaders(status, list(fields.items()), protocol="HTTP/1.1")
        made = writer.create_warc_record(address, "response", payload=io.BytesIO(payload), http_headers=header)
        writer.write_record(made)
    return out.getvalue()


CRAWL = (
    (f"{ADDRESS}/1", "200 OK", PAGE.encode(), {"Content-Type": "text/html"}),
    (f"{ADDRESS}/2", "404 Not Found", b"gone", {"Content-Type": "text/html"}),
    (
        f"{ADDRESS}/3",
        "200 OK",
        gzip.compress(TALK.encode()),
        {"Content-Type": "text/plain", "Content-Encoding": "gzip"},
    ),
)


def test_files_written_by_warcio_are_read(tmp_path: Path) -> None:
    first, second, *left = found(tmp_path, written(*CRAWL), name="crawl.warc.gz")
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.id, first.data) == ("crawl#2", PAGE.encode())
    assert (second.id, second.data) == ("crawl#4", TALK.encode())
    assert first.origin.member == "crawl.warc"
    assert left == [
        LeftOut("crawl.warc.gz, crawl.warc", "record type warcinfo"),
        LeftOut("crawl.warc.gz, crawl.warc", "HTTP status 404"),
    ]


def test_articles_of_a_web_archive_can_be_restored(tmp_path: Path) -> None:
    (tmp_path / "crawl.warc.gz").write_bytes(written(*CRAWL))
    assert main(["run", str(tmp_path / "crawl.warc.gz"), "-o", str(tmp_path / "out"), "-q"]) == 0
    page, plain = read(tmp_path / "out")
    assert (page.id, plain.id) == ("crawl#2", "crawl#4")
    assert restore(plain) == TALK.encode()
    assert "冬天谁守闸口" in restore(page).decode()
    assert main(["verify", str(tmp_path / "out")]) == 0
