"""Compressed files: their content is read like a plain file, and damage is reported once."""

import bz2
import gzip
import io
import lzma
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from backports import zstd

from pipeline.config.settings import Input
from pipeline.model.record import LeftOut, ReaderError, Record, Unreadable
from pipeline.readers.byte_source import ByteSource, Location
from pipeline.readers.documents import _read_source
from pipeline.readers.registry import select_readers
from readers.packing import COMPRESSIONS, FERRY, KEEPER, contents, failure, gz, limited, read, rows, zst

each_compression = pytest.mark.parametrize("suffix", COMPRESSIONS)


@each_compression
def test_a_compressed_text_is_one_document(tmp_path: Path, suffix: str) -> None:
    (only,) = read(tmp_path / f"ferry.txt{suffix}", COMPRESSIONS[suffix](FERRY))
    assert isinstance(only, Record)
    assert (only.id, only.data) == ("ferry", FERRY)
    assert (only.origin.path, only.origin.member) == (f"ferry.txt{suffix}", "ferry.txt")


@each_compression
def test_a_compression_is_detected_by_its_bytes_whatever_the_file_name(tmp_path: Path, suffix: str) -> None:
    (only,) = read(tmp_path / "ferry.txt", COMPRESSIONS[suffix](FERRY))
    assert isinstance(only, Record)
    assert (only.id, only.data) == ("ferry", FERRY)


@each_compression
def test_a_compressed_table_gives_its_rows(tmp_path: Path, suffix: str) -> None:
    found = read(tmp_path / f"t.jsonl{suffix}", COMPRESSIONS[suffix](rows(3)))
    assert [each.id for each in found if isinstance(each, Record)] == ["n0", "n1", "n2"]


@each_compression
def test_concatenated_compressed_files_are_read_as_one(tmp_path: Path, suffix: str) -> None:
    """As written by `cat a.gz b.gz`, and by tools that compress on many processors."""
    pack = COMPRESSIONS[suffix]
    (only,) = read(tmp_path / f"a.txt{suffix}", pack(FERRY) + pack(b"") + pack(KEEPER))
    assert isinstance(only, Record)
    assert only.data == FERRY + KEEPER


@pytest.mark.parametrize("suffix", [".gz", ".xz"])
def test_nuls_after_the_end_are_skipped(tmp_path: Path, suffix: str) -> None:
    """Tapes and disks fill their blocks with them."""
    pack = COMPRESSIONS[suffix]
    (only,) = read(tmp_path / f"a.txt{suffix}", pack(FERRY) + bytes(512) + pack(KEEPER) + bytes(70_000))
    assert isinstance(only, Record)
    assert only.data == FERRY + KEEPER


def test_skippable_zstd_frames_are_skipped(tmp_path: Path) -> None:
    """`pzstd` begins its files with one."""
    skippable = struct.pack("<II", 0x184D2A53, 5) + b"notes"
    (only,) = read(tmp_path / "a.txt", skippable + zst(FERRY) + skippable + zst(KEEPER) + skippable)
    assert isinstance(only, Record)
    assert only.data == FERRY + KEEPER


@each_compression
def test_nested_compressions_are_decompressed(tmp_path: Path, suffix: str) -> None:
    (only,) = read(tmp_path / f"a.txt.gz{suffix}", COMPRESSIONS[suffix](gz(FERRY)))
    assert isinstance(only, Record)
    assert only.data == FERRY


def test_more_layers_than_the_limit_are_refused(tmp_path: Path) -> None:
    error = failure(read(tmp_path / "a.txt.gz", gz(gz(gz(FERRY))), limited(depth=2)))
    assert "is over the limit of 2 archives and compressions in each other" in error.reason
    assert "raise [input.limits] depth" in error.reason


@each_compression
def test_rows_before_a_truncation_are_read_and_it_is_reported_once(tmp_path: Path, suffix: str) -> None:
    packed = b"".join(COMPRESSIONS[suffix](rows(1000, first)) for first in range(0, 20_000, 1000))
    found = read(tmp_path / f"t.jsonl{suffix}", packed[: len(packed) * 9 // 10])
    error = failure(found)
    assert sum(isinstance(each, Record) for each in found) > 15_000
    assert error.id == "t"
    assert error.reason.startswith(f"t.jsonl{suffix}, t.jsonl: the ")
    assert " data is truncated after " in error.reason
    assert error.reason.endswith("; the data before that is read; fetch the file again")


def test_a_truncation_within_the_first_bytes_loses_no_row(tmp_path: Path) -> None:
    """They are used for detection, and are returned as well."""
    packed = gz(rows(100))
    found = read(tmp_path / "t.jsonl.gz", packed[:-20])
    assert sum(isinstance(each, Record) for each in found) > 50
    assert "is truncated after" in failure(found).reason


@each_compression
def test_a_truncated_text_is_not_a_document(tmp_path: Path, suffix: str) -> None:
    packed = COMPRESSIONS[suffix](FERRY)
    (only,) = read(tmp_path / f"a.txt{suffix}", packed[:-3])
    assert "is truncated after" in failure([only]).reason


@each_compression
def test_a_file_truncated_after_its_first_bytes_is_reported(tmp_path: Path, suffix: str) -> None:
    (only,) = read(tmp_path / f"a.txt{suffix}", COMPRESSIONS[suffix](FERRY)[:10])
    assert "is truncated after 10 bytes" in failure([only]).reason


@each_compression
def test_damage_is_reported(tmp_path: Path, suffix: str) -> None:
    packed = bytearray(COMPRESSIONS[suffix](KEEPER))
    packed[len(packed) // 2] ^= 0x55
    (only,) = read(tmp_path / f"a.txt{suffix}", bytes(packed))
    assert "data is damaged within" in failure([only]).reason


@each_compression
def test_other_data_after_the_end_is_reported(tmp_path: Path, suffix: str) -> None:
    found = read(tmp_path / f"t.jsonl{suffix}", COMPRESSIONS[suffix](rows(3)) + b"<html>502 Bad Gateway</html>" * 3)
    assert [each.id for each in found if isinstance(each, Record)] == ["n0", "n1", "n2"]
    assert "or something else follows it" in failure(found).reason


@pytest.mark.parametrize("name", ["a.txt.gz", "a.bz2", "a.zip", "a.tgz", "a.tar", "a.zst"])
@pytest.mark.parametrize("named", [True, False])
def test_an_uncompressed_file_with_the_suffix_of_a_compression_is_reported(
    tmp_path: Path, name: str, named: bool
) -> None:
    """It may be the error page of a server, or a truncated file."""
    (only,) = read(tmp_path / name, b"404 not found, \xe6\x9c\xaa\xe6\x89\xbe\xe5\x88\xb0", named=named)
    reason = f"is named {Path(name).suffix} but does not have that format; fetch it again, or rename it"
    assert only == Unreadable("a", reason)


@each_compression
def test_compressed_empty_data_is_empty(tmp_path: Path, suffix: str) -> None:
    (only,) = read(tmp_path / f"a.txt{suffix}", COMPRESSIONS[suffix](b""))
    assert only == Unreadable("a", f"a.txt{suffix}, a.txt: is empty; leave it out")


def test_a_compressed_image_is_skipped_unless_it_is_named(tmp_path: Path) -> None:
    picture = gz(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    (aside,) = read(tmp_path / "a.png.gz", picture, named=False)
    assert aside == LeftOut("a.png.gz, a.png", "is a PNG image")
    assert failure(read(tmp_path / "a.png.gz")).reason == "is a PNG image"


def test_a_large_zstd_window_is_refused_unless_the_settings_allow_it(tmp_path: Path) -> None:
    parameters = zstd.CompressionParameter
    compressor = zstd.ZstdCompressor(options={parameters.window_log: 28, parameters.enable_long_distance_matching: 1})
    packed = compressor.compress(FERRY) + compressor.flush()
    reason = failure(read(tmp_path / "a.txt.zst", packed)).reason
    assert reason.endswith(
        "its zstd window is over the limit of 134,217,728 bytes; raise [sources.zstd] window up to 31"
    )
    assert contents(read(tmp_path / "a.txt.zst", zstd={"window": 28})) == [("a", FERRY)]


def test_the_memory_of_xz_is_limited(tmp_path: Path) -> None:
    reason = failure(read(tmp_path / "a.txt.xz", lzma.compress(FERRY, preset=6), xz={"memory": 1 << 20})).reason
    assert reason.endswith("needs more than 1,048,576 bytes of memory to unpack; raise [sources.xz] memory")


@pytest.mark.parametrize("text", [b"BZh1 was the name of the boat.\n", b"BZh9", b"(\xb5/ and more", b"\x1f\x8b"])
def test_a_text_that_begins_like_a_compression_is_a_text(tmp_path: Path, text: bytes) -> None:
    assert contents(read(tmp_path / "a.txt", text)) == [("a", text)]


def lines(stream: BinaryIO) -> Iterator[object]:
    yield from io.TextIOWrapper(stream, "utf-8")


def table(stream: BinaryIO) -> Iterator[object]:
    import csv

    yield from csv.reader(io.TextIOWrapper(stream, "utf-8", newline=""))


@pytest.mark.parametrize("consume", [lines, table])
@each_compression
def test_continued_reads_return_the_data_before_and_then_one_error(
    tmp_path: Path, suffix: str, consume: Callable[[BinaryIO], Iterator[object]]
) -> None:
    """No exception of a library is raised, whichever library reads."""
    packed = b"".join(COMPRESSIONS[suffix](rows(1000, first)) for first in range(0, 20_000, 1000))
    path = tmp_path / f"t.jsonl{suffix}"
    path.write_bytes(packed[: len(packed) * 9 // 10])
    found: list[object] = []
    with path.open("rb") as stream:
        source = ByteSource(Location(path.name), stream, path=path)
        reader = select_readers().of(source)
        assert reader is not None
        (inner,) = reader.read(source, Input())
        assert isinstance(inner, ByteSource)
        with pytest.raises(ReaderError, match="data is truncated after"):
            found.extend(consume(inner.stream))
    assert len(found) > 15_000


@each_compression
def test_rows_are_returned_before_the_rest_of_the_file_is_read(tmp_path: Path, suffix: str) -> None:
    """Memory does not depend on the size of the file."""
    path = tmp_path / f"t.jsonl{suffix}"
    # Of xz and bzip2 nothing comes out before a block is whole.
    path.write_bytes(b"".join(COMPRESSIONS[suffix](rows(2000, first)) for first in range(0, 20_000, 2000)))
    with path.open("rb") as stream:
        source = ByteSource(Location(path.name), stream, path=path)
        found = _read_source(source, Input(), select_readers())
        assert isinstance(next(found), Record)
        assert source.budget.taken <= path.stat().st_size / 3
        assert sum(1 for _ in found) == 19_999
        assert source.budget.taken == path.stat().st_size


def test_compression_libraries_are_loaded_only_when_needed() -> None:
    import subprocess
    import sys

    libraries = "{'backports.zstd', 'compression.zstd'}"
    code = f"import sys, pipeline.readers.archives.compressed; print({libraries} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


def test_files_written_by_other_tools_are_read(tmp_path: Path) -> None:
    """A name and a comment in a gzip header, another checksum in xz, another block size in bzip2."""
    path = tmp_path / "a.txt.gz"
    with path.open("wb") as packed, gzip.GzipFile("ferry in the morning.txt", "wb", fileobj=packed) as file:
        file.write(FERRY)
    assert contents(read(path)) == [("a", FERRY)]
    assert contents(read(tmp_path / "a.txt.xz", lzma.compress(FERRY, check=lzma.CHECK_SHA256))) == [("a", FERRY)]
    assert contents(read(tmp_path / "a.txt.bz2", bz2.compress(FERRY, 1))) == [("a", FERRY)]
