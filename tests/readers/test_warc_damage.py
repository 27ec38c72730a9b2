"""A broken record of a WARC file does not affect others, and no file ends a run."""

import gzip
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import examples

from pipeline.config.settings import Input, Limits
from pipeline.model.record import Record, Unreadable
from pipeline.readers.documents import ReadResult, records
from readers.warcs import PACKED, PAGE, TALK, answer, chunked, failure, found, put, record, text

# What is broken


LIES = {
    "-5": "is '-5', not a number of bytes",
    "9" * 50: "is '9999999999999999999999999999999999999...', not a number of bytes",
    "999999999999": "of 999,999,999,999 runs over another record",
    "70000": "of 70,000 runs over another record",
    "400": "of 400 is not where it ends",
    "3": "of 3 is not where it ends",
    "0": "of 0 is not where it ends",
}


@pytest.mark.parametrize("length", LIES)
def test_a_wrong_length_does_not_affect_other_records(tmp_path: Path, length: str) -> None:
    broken, *others = found(tmp_path, record(TALK, "resource", Content_Length=length), text(TALK), text(PAGE))
    assert isinstance(broken, Unreadable)
    assert broken.id == "crawl#1"
    assert broken.reason.startswith(f"crawl.warc, record 1 at byte 0: its Content-Length {LIES[length]}")
    assert [each.data for each in others if isinstance(each, Record)] == [TALK.encode(), PAGE.encode()]


def test_a_record_without_a_length_is_reported(tmp_path: Path) -> None:
    broken, other = found(tmp_path, record(TALK, "resource", Content_Length=None), text(TALK))
    assert isinstance(broken, Unreadable)
    assert "record 1 at byte 0: has no Content-Length; it is left out, and reading goes on at byte" in broken.reason
    assert isinstance(other, Record)


def test_a_broken_record_is_reported_with_its_number_and_position(tmp_path: Path) -> None:
    first = text(TALK)
    _, broken, third = found(tmp_path, first, text(TALK).replace(b"WARC/1.0", b"W\0RC/1.0"), text(TALK))
    assert isinstance(broken, Unreadable)
    assert broken.id == "crawl#2"
    assert f"record 2 at byte {len(first):,}: does not begin with a line such as WARC/1.0" in broken.reason
    assert isinstance(third, Record)
    assert third.id == "crawl#3"


def test_garbage_between_records_does_not_affect_them(tmp_path: Path) -> None:
    kinds = [type(each) for each in found(tmp_path, text(TALK), b"\0\x01rubbish\r\n" * 30_000, text(TALK))]
    assert kinds == [Record, Unreadable, Record]


def test_an_endless_header_is_not_held_in_memory(tmp_path: Path) -> None:
    file = put(tmp_path, b"WARC/1.0\r\nX: ", b"a" * 5_000_000, b"\r\n\r\n", text(TALK))
    tracemalloc.start()
    broken, other = records([file], Input())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(broken, Unreadable)
    assert "its header does not end" in broken.reason
    assert isinstance(other, Record)
    assert peak < 2_000_000


def test_a_header_that_runs_into_the_next_record_affects_only_its_own(tmp_path: Path) -> None:
    broken, other = found(tmp_path, b"WARC/1.0\r\nWARC-Type: response\r\n", text(TALK))
    assert isinstance(broken, Unreadable)
    assert "its header ends where another record begins" in broken.reason
    assert isinstance(other, Record)


def test_a_text_about_warc_is_not_a_record(tmp_path: Path) -> None:
    prose = f"WARC/1.0\r\nis how a record begins.\r\n\r\n{text(TALK).decode()}WARC/1.0\r\n"
    first, second = found(tmp_path, text(prose), text(TALK))
    assert isinstance(first, Record)
    assert first.data == prose.encode()
    assert isinstance(second, Record)


def test_a_response_without_http_is_reported(tmp_path: Path) -> None:
    assert "contains no valid HTTP response" in failure(tmp_path, record("<p>no header")).reason


def test_a_record_without_a_type_is_reported(tmp_path: Path) -> None:
    assert "has no WARC-Type" in failure(tmp_path, text(TALK).replace(b"WARC-Type", b"WARC-Tipe")).reason


def test_a_segment_is_reported(tmp_path: Path) -> None:
    reason = failure(tmp_path, record(answer(PAGE), WARC_Segment_Number="1")).reason
    assert "is one of several segments of a document" in reason


def test_a_truncated_file_keeps_earlier_records(tmp_path: Path) -> None:
    first, last = found(tmp_path, text(TALK), text(TALK)[:-50])
    assert isinstance(first, Record)
    assert isinstance(last, Unreadable)
    assert last.id == "crawl#2"
    assert "the file ends in it (" in last.reason
    assert last.reason.endswith("bytes are there); fetch the file again")


def test_a_file_truncated_within_a_header_is_reported(tmp_path: Path) -> None:
    assert failure(tmp_path, text(TALK)[:60]).reason.endswith("the file ends in its header; fetch the file again")


def test_a_warc_file_with_other_content_is_reported(tmp_path: Path) -> None:
    reason = failure(tmp_path, b"Salt, and nothing else.\n").reason
    assert "does not begin with a line such as WARC/1.0, and no record follows" in reason


def test_a_truncated_compression_keeps_earlier_records(tmp_path: Path) -> None:
    import random

    noise = random.Random(5).randbytes(150_000).hex()
    packed = gzip.compress(b"".join(text(f"{TALK}{i} {noise}") for i in range(4)))
    items = found(tmp_path, packed[: len(packed) * 4 // 5], name="crawl.warc.gz")
    assert [type(each) for each in items[:2]] == [Record, Record]
    assert isinstance(items[-1], Unreadable)
    assert "failed on it" not in items[-1].reason
    assert "is truncated" in items[-1].reason


# Whatever comes

GOOD = b"".join(
    [
        record("software: hand", "warcinfo"),
        record(answer(PACKED["gzip"], Content_Encoding="gzip")),
        record(answer(chunked(PACKED["br"]), Content_Encoding="br", Transfer_Encoding="chunked")),
        record(TALK, "conversion"),
        record(answer(TALK.encode("gbk"), "text/plain; charset=gbk")),
    ]
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    data = bytearray(GOOD)
    for at, byte in draw(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=6)):
        data[at] = byte
    start, end = draw(st.integers(0, len(GOOD))), draw(st.integers(0, len(GOOD)))
    return bytes(data if draw(st.booleans()) else data[:start] + data[end:])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damage")


def read_all(folder: Path, data: bytes, options: Input | None = None) -> list[ReadResult]:
    """All items of a file; asserts that there is no unexpected error."""
    items = found(folder, data, options=options)
    for each in items:
        if not isinstance(each, Record):
            assert len(each.reason.splitlines()) == 1
            assert "failed on it" not in each.reason
    return items


@given(damaged(), st.sampled_from([1, 300, 1 << 25]))
@settings(max_examples=examples(300))
def test_damage_is_only_reported(folder: Path, data: bytes, limit: int) -> None:
    read_all(folder, data, Input(limits=Limits(bytes=limit)))


@given(st.binary(max_size=400) | st.text("WARC/1.0\r\n: -9aContentLghTyp", max_size=200).map(str.encode))
@settings(max_examples=examples(300))
def test_anything_after_a_first_line_is_read_or_reported(folder: Path, data: bytes) -> None:
    read_all(folder, b"WARC/1.0\r\n" + data)


@given(st.integers(0, len(GOOD)))
@settings(max_examples=examples(100))
def test_a_truncated_file_gives_at_most_one_error(folder: Path, end: int) -> None:
    assert sum(isinstance(each, Unreadable) for each in read_all(folder, GOOD[:end])) <= 1
