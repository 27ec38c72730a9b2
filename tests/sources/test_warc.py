"""WARC files: each page and text in them is a document; what else there is is counted; damage costs one record."""

import gzip
import json
import zlib
from pathlib import Path

import brotli
import pytest
from backports import zstd

from pipeline.settings import Input, Limits
from pipeline.sources import limits, warc
from pipeline.sources.record import LeftOut, Record, Unreadable
from sources.packing import FERRY, KEEPER, failure, gz, limited, read, told

PAGE = "<html><head><title>渡口</title></head><body><p>问：几点？</p><p>答：五点。</p></body></html>".encode()
HTML = "text/html; charset=utf-8"


def record(
    kind: str, content: bytes, content_type: str = "application/http", length: int | None = None, **more: str
) -> bytes:
    fields = {
        "WARC-Type": kind,
        "WARC-Target-URI": "https://example.org/渡口",
        "WARC-Date": "2026-01-02T03:04:05Z",
        "WARC-Record-ID": "<urn:uuid:1>",
        "Content-Type": content_type,
        "Content-Length": str(len(content) if length is None else length),
        **{key.replace("_", "-"): value for key, value in more.items()},
    }
    lines = "".join(f"{key}: {value}\r\n" for key, value in fields.items() if value)
    return b"WARC/1.0\r\n" + lines.encode() + b"\r\n" + content + b"\r\n\r\n"


def response(body: bytes, media_type: str = HTML, status: str = "200 OK", **fields: str) -> bytes:
    said = {"Content-Type": media_type, **{key.replace("_", "-"): value for key, value in fields.items()}}
    lines = "".join(f"{key}: {value}\r\n" for key, value in said.items() if value)
    content = f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body
    return record("response", content, "application/http; msgtype=response")


INFO = record("warcinfo", b"software: none\r\n", "application/warc-fields")
REQUEST = record("request", b"GET / HTTP/1.1\r\n\r\n", "application/http; msgtype=request")


def test_a_page_is_a_document_with_what_the_crawler_says_of_it(tmp_path: Path) -> None:
    *aside, only = read(tmp_path / "crawl.warc", response(PAGE))[::-1]
    assert not aside
    assert isinstance(only, Record)
    assert (only.id, only.data) == ("crawl#1", PAGE)
    assert (only.origin.path, only.origin.row, only.origin.media_type) == ("crawl.warc", 1, "text/html")
    assert only.metadata == {
        "url": "https://example.org/渡口",
        "date": "2026-01-02T03:04:05Z",
        "record_id": "<urn:uuid:1>",
        "content_type": HTML,
    }


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (record("conversion", FERRY, "text/plain"), "text/plain"),
        (record("resource", FERRY, "text/plain; charset=utf-8"), "text/plain"),
        (record("resource", PAGE, "text/html"), "text/html"),
        (response(PAGE, "application/xhtml+xml"), "application/xhtml+xml"),
        (response(KEEPER, "text/plain"), "text/plain"),
        (response(PAGE, ""), "text/html"),
    ],
)
def test_texts_and_pages_of_all_kinds_are_documents(tmp_path: Path, data: bytes, media_type: str) -> None:
    (only,) = read(tmp_path / "a.warc", data)
    assert isinstance(only, Record)
    assert only.origin.media_type == media_type


def test_each_record_counts_and_the_rest_is_told_at_the_end_with_its_number(tmp_path: Path) -> None:
    data = INFO + REQUEST + response(PAGE) + REQUEST + response(b"\x89PNG", "image/png") + response(FERRY, "text/plain")
    data += response(b"gone", status="404 Not Found") + record("revisit", b"") + response(b"") + response(b"x", "")
    found = read(tmp_path / "a.warc", data)
    assert told(found[:2]) == [("a#3", PAGE), ("a#6", FERRY)]
    assert {(each.reason, each.count) for each in found[2:] if isinstance(each, LeftOut)} == {
        ("record type request", 2),
        ("record type warcinfo", 1),
        ("record type revisit", 1),
        ("media type image/png", 1),
        ("HTTP status 404", 1),
        ("nothing in it", 1),
        ("no media type", 1),
    }
    assert len(found) == 9


def test_reasons_that_a_file_makes_up_do_not_fill_the_memory(tmp_path: Path) -> None:
    data = b"".join(response(b"x", f"a/b{n}") for n in range(80))
    found = read(tmp_path / "a.warc", data)
    assert len(found) == warc.MOST_REASONS + 1
    assert LeftOut("a.warc", "other reasons", 30) in found


@pytest.mark.parametrize("suffix", [".warc.gz", ".warc", ".dat"])
def test_records_that_are_packed_one_by_one_are_read_through(tmp_path: Path, suffix: str) -> None:
    """As every crawler writes them; so also the file as a whole in any other compression."""
    data = b"".join(gz(one) for one in (INFO, REQUEST, response(PAGE), response(FERRY, "text/plain")))
    found = read(tmp_path / f"crawl{suffix}", data)
    assert told(found[:2]) == [("crawl#3", PAGE), ("crawl#4", FERRY)]


# Bodies


def chunks(body: bytes, size: int = 50) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x;why=not\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


CODINGS = {
    "gzip": gz,
    "x-gzip": gz,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
    "identity": bytes,
}


@pytest.mark.parametrize("coding", CODINGS)
def test_the_packing_of_a_body_is_undone(tmp_path: Path, coding: str) -> None:
    body = CODINGS[coding](PAGE * 100)
    assert told(read(tmp_path / "a.warc", response(body, Content_Encoding=coding))) == [("a#1", PAGE * 100)]


def test_deflate_without_zlib_around_it_is_undone(tmp_path: Path) -> None:
    """Servers have always disagreed on what it means."""
    packer = zlib.compressobj(wbits=-15)
    body = packer.compress(PAGE) + packer.flush()
    assert told(read(tmp_path / "a.warc", response(body, Content_Encoding="deflate"))) == [("a#1", PAGE)]


def test_chunks_are_joined(tmp_path: Path) -> None:
    data = response(chunks(gz(PAGE)), Transfer_Encoding="chunked", Content_Encoding="gzip")
    assert told(read(tmp_path / "a.warc", data)) == [("a#1", PAGE)]


@pytest.mark.parametrize("fields", [{"Transfer_Encoding": "chunked"}, {"Content_Encoding": "gzip"}])
def test_a_body_that_the_crawler_has_unpacked_is_taken_as_it_is(tmp_path: Path, fields: dict[str, str]) -> None:
    """Many keep the header that was true on the wire."""
    assert told(read(tmp_path / "a.warc", response(PAGE, **fields))) == [("a#1", PAGE)]


def test_a_packing_that_nothing_undoes_is_counted(tmp_path: Path) -> None:
    assert read(tmp_path / "a.warc", response(PAGE, Content_Encoding="sdch")) == [
        LeftOut("a.warc", "content encoding sdch")
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (response(gz(PAGE)[:-9], Content_Encoding="gzip"), "the gzip data breaks off after"),
        (response(chunks(PAGE)[:-30], Transfer_Encoding="chunked"), "its body breaks off within a chunk"),
        (response(brotli.compress(PAGE)[:-9], Content_Encoding="br"), "the brotli data breaks off after"),
        (response(b"\x78\x9c" + b"x" * 50, Content_Encoding="deflate"), "the deflate data is damaged"),
    ],
)
def test_a_body_that_is_damaged_fails_with_its_record_only(tmp_path: Path, data: bytes, said: str) -> None:
    first, second = read(tmp_path / "a.warc", data + response(PAGE))
    assert failure([first]).id == "a#1"
    assert failure([first]).reason.startswith(f"a.warc, record 1 at byte 0: {said}")
    assert told([second]) == [("a#2", PAGE)]


def test_a_body_over_the_limit_of_documents_is_refused(tmp_path: Path) -> None:
    data = response(gz(PAGE * 100), Content_Encoding="gzip") + response(PAGE * 100) + response(PAGE)
    first, second, third = read(tmp_path / "a.warc", data, limited(bytes=1000))
    assert "its body is over the limit of 1,000 bytes; raise [input.limits] bytes" in failure([first]).reason
    assert "is over the limit of 1,000 bytes; raise [input.limits] bytes" in failure([second]).reason
    assert told([third]) == [("a#3", PAGE)]


def test_what_all_bodies_unpack_to_is_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GRACE", 1 << 20)
    data = b"".join(response(gz(PAGE + bytes(1 << 20)), Content_Encoding="gzip") for _ in range(99))
    found = read(tmp_path / "a.warc", data, Input(limits=Limits(ratio=20)))
    assert "unpacks to more than 20 times its size, and the rest is not read" in failure(found).reason
    assert len(found) < 10


# Damage


def test_a_record_whose_header_is_damaged_costs_no_other(tmp_path: Path) -> None:
    broken = response(PAGE).replace(b"WARC-Date: 2026-01-02T03:04:05Z", b"WARC-Dat")
    first, second, third = read(tmp_path / "a.warc", response(FERRY, "text/plain") + broken + response(PAGE))
    assert told([first, third]) == [("a#1", FERRY), ("a#3", PAGE)]
    offset = len(response(FERRY, "text/plain"))
    said = f"a.warc, record 2 at byte {offset}: its header is damaged; the next record is read"
    assert second == Unreadable("a#2", said)


@pytest.mark.parametrize("length", ["", "-5", "many", "９", "9" * 30])
def test_a_record_that_does_not_say_how_long_it_is_costs_no_other(tmp_path: Path, length: str) -> None:
    broken = response(PAGE).replace(b"Content-Length: ", f"Content-Length: {length}x".encode())
    first, second = read(tmp_path / "a.warc", broken + response(FERRY, "text/plain"))
    assert failure([first]).reason.endswith("does not say how long it is; the next record is read")
    assert told([second]) == [("a#2", FERRY)]


@pytest.mark.parametrize("length", [3, 150, 300, 700])
def test_a_record_that_lies_about_its_length_costs_no_other(tmp_path: Path, length: int) -> None:
    """Longer than it is, it swallows the next one, which is read all the same."""
    broken = record("conversion", KEEPER, "text/plain", length=length)
    data = broken + response(FERRY, "text/plain") + response(PAGE) + REQUEST
    first, second, third, _ = read(tmp_path / "a.warc", data)
    assert failure([first]).reason == "a.warc, record 1 at byte 0: is not as long as it says; the next record is read"
    assert told([second, third]) == [("a#2", FERRY), ("a#3", PAGE)]


def test_garbage_between_records_is_told_and_costs_no_record(tmp_path: Path) -> None:
    data = response(PAGE) + b"<<<<<<< what is this\nWARC is fun\n" * 9 + response(FERRY, "text/plain")
    found = read(tmp_path / "a.warc", data)
    assert [name for name, _ in told(found)] == ["a#1", "a#2"]
    assert failure(found[:1]).reason.endswith("is not as long as it says; the next record is read")


@pytest.mark.parametrize("cut", [1, 20, 200, 400])
def test_a_file_that_breaks_off_gives_what_stands_before(tmp_path: Path, cut: int) -> None:
    data = response(PAGE) + response(FERRY * 9, "text/plain")
    first, *rest = read(tmp_path / "a.warc", data[: -4 - cut])
    assert told([first]) == [("a#1", PAGE)]
    assert failure(rest).reason.endswith("breaks off within this record; get the file anew")


def test_a_compressed_file_that_breaks_off_is_told_once(tmp_path: Path) -> None:
    data = b"".join(gz(one) for one in (response(PAGE), response(FERRY, "text/plain"), response(PAGE)))
    found = read(tmp_path / "a.warc.gz", data[:-100])
    assert told(found[:2]) == [("a#1", PAGE), ("a#2", FERRY)]
    assert "the gzip data breaks off after" in failure(found).reason


def test_a_header_without_end_takes_no_memory(tmp_path: Path) -> None:
    data = b"WARC/1.0\r\nWARC-Type: response\r\nX: " + b"a" * 5_000_000 + b"\r\n\r\n" + response(PAGE)
    first, second = read(tmp_path / "a.warc", data)
    assert "its header is longer than 65,536 bytes" in failure([first]).reason
    assert told([second]) == [("a#2", PAGE)]


def test_a_file_called_so_that_is_none_is_told(tmp_path: Path) -> None:
    (only,) = read(tmp_path / "a.warc", KEEPER)
    said = "a.warc, record 1 at byte 0: no record begins here; the next one that does is read"
    assert only == Unreadable("a#1", said)


def test_an_arc_file_is_named_as_what_it_is(tmp_path: Path) -> None:
    data = b"filedesc://x.arc 0.0.0.0 20080101000000 text/plain 76\n1 0 Crawler\n"
    assert "is an ARC file" in failure(read(tmp_path / "a.arc.gz", gzip.compress(data))).reason


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it leaves a file open
def test_what_the_usual_library_writes_is_read(tmp_path: Path) -> None:
    import io

    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    with (tmp_path / "a.warc.gz").open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        headers = StatusAndHeaders("200 OK", [("Content-Type", HTML)], protocol="HTTP/1.1")
        made = writer.create_warc_record("https://example.org/", "response", io.BytesIO(PAGE), http_headers=headers)
        writer.write_record(made)
    (only,) = read(tmp_path / "a.warc.gz")
    assert isinstance(only, Record)
    assert (only.data, only.metadata["url"]) == (PAGE, "https://example.org/")
    assert json.dumps(dict(only.metadata))
