"""Limits against decompression bombs: they are stopped early and reported."""

import bz2
import gzip
import io
import lzma
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest
from backports import zstd

from pipeline.config.settings import Limits
from pipeline.model.record import ReaderError, Record
from pipeline.readers import budget
from pipeline.readers.budget import Budget
from pipeline.readers.byte_source import HEAD_BYTES, ByteSource, Location
from readers.packing import COMPRESSIONS, KEEPER, failure, gz, limited, read, rows

MIB = 1 << 20
each_compression = pytest.mark.parametrize("suffix", COMPRESSIONS)


@pytest.fixture
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ratio applies after the first MiB, so that the bombs of a test are small."""
    monkeypatch.setattr(budget, "FREE_BYTES", MIB)


def zeros(pieces: int) -> Iterator[bytes]:
    """`pieces` MiB of zeros."""
    return (bytes(MIB) for _ in range(pieces))


@each_compression
def test_data_that_unpacks_to_more_than_the_limit_is_refused(tmp_path: Path, suffix: str) -> None:
    found = read(tmp_path / f"t.jsonl{suffix}", COMPRESSIONS[suffix](rows(9000)), limited(expanded=300_000))
    assert 1000 < sum(isinstance(each, Record) for each in found) < 9000
    reason = failure(found).reason
    assert reason.startswith(
        f"t.jsonl{suffix}, t.jsonl: unpacks to more than 300,000 bytes, and the rest is not read; "
    )
    assert reason.endswith("raise [input.limits] expanded")


@pytest.mark.usefixtures("no_grace")
@each_compression
def test_data_that_unpacks_to_many_times_its_size_is_refused(tmp_path: Path, suffix: str) -> None:
    bomb = COMPRESSIONS[suffix](bytes(16 * MIB))
    reason = failure(read(tmp_path / f"a.txt{suffix}", bomb, limited(ratio=20))).reason
    assert "unpacks to more than 20 times its size" in reason
    assert "raise [input.limits] ratio" in reason


@pytest.mark.usefixtures("no_grace")
@each_compression
def test_a_small_file_may_unpack_to_many_times_its_size(tmp_path: Path, suffix: str) -> None:
    (only,) = read(tmp_path / f"a.txt{suffix}", COMPRESSIONS[suffix](bytes(MIB // 2)), limited(ratio=2))
    assert isinstance(only, Record)


@pytest.mark.usefixtures("no_grace")
def test_layers_are_counted_together_against_the_size_of_the_outermost(tmp_path: Path) -> None:
    """Each layer is twenty times as large as the one around it; all are compared with the file on the disk."""
    inner = b"".join(gz(bytes(20_000)) for _ in range(400))
    reason = failure(read(tmp_path / "a.txt.gz", gz(inner), limited(ratio=1000))).reason
    assert "unpacks to more than 1,000 times its size" in reason


@pytest.mark.parametrize("suffix", [".gz", pytest.param(".zst", marks=pytest.mark.soak)])
def test_a_bomb_of_ten_gigabytes_is_stopped_early_and_takes_no_memory(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"t.jsonl{suffix}"
    if suffix == ".gz":
        # Deflate does not get below a thousandth: as many members as make ten gigabytes.
        path.write_bytes(gzip.compress(bytes(64 * MIB), mtime=0) * 160)
    else:
        with zstd.ZstdFile(path, "w") as file:
            for piece in zeros(10 * 1024):
                file.write(piece)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    budget: list[Budget] = []
    with path.open("rb") as stream:
        from pipeline.config.settings import Input
        from pipeline.readers.documents import _read_source
        from pipeline.readers.registry import select_readers

        source = ByteSource(Location(path.name), stream, path=path)
        budget.append(source.budget)
        error = failure(list(_read_source(source, Input(), select_readers())))
    assert "unpacks to more than 250 times its size" in error.reason
    assert budget[0].given < 250 * path.stat().st_size
    assert budget[0].given < 128 * MIB + 250 * 70_000 * 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_a_temporary_copy_respects_the_limit() -> None:
    source = ByteSource(
        Location("stdin"), io.BytesIO(bytes(5 * HEAD_BYTES)), budget=Budget(Limits(expanded=3 * HEAD_BYTES))
    )
    with pytest.raises(ReaderError, match="takes more than 196,608 bytes of temporary disk"), source.on_disk():
        pass


def test_a_temporary_copy_is_deleted_after_reading() -> None:
    source = ByteSource(Location("stdin"), io.BytesIO(KEEPER))
    with source.on_disk() as path:
        assert path.read_bytes() == KEEPER
    assert not path.exists()


def test_a_full_disk_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    class Full(io.BytesIO):
        name = "copy"

        def write(self, _: object) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", lambda **_: Full())
    source = ByteSource(Location("stdin"), io.BytesIO(KEEPER))
    with (
        pytest.raises(ReaderError, match=r"cannot be copied to .*: No space left on device; set TMPDIR") as fault,
        source.on_disk(),
    ):
        pass
    assert fault.value.passing


def test_only_unpacked_data_is_counted_and_not_plain_files(tmp_path: Path) -> None:
    found = read(tmp_path / "t.jsonl", rows(9000), limited(expanded=1000, ratio=1))
    assert sum(isinstance(each, Record) for each in found) == 9000


@pytest.mark.parametrize("pack", [gz, bz2.compress, lzma.compress])
def test_the_document_limit_applies_inside_archives(tmp_path: Path, pack: object) -> None:
    assert callable(pack)
    reason = failure(read(tmp_path / "a.txt.x", pack(KEEPER * 100), limited(bytes=1000))).reason
    assert "is over the limit of 1,000 bytes; split it, or raise [input.limits] bytes" in reason


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.jsonl", "a.json", "a.csv"])
def test_a_large_limit_takes_no_memory(tmp_path: Path, name: str) -> None:
    """A limit of a terabyte, so that nothing is refused, does not need a terabyte of memory."""
    sources = {"a.csv": "text\nSalt.\n", "a.json": '[{"text": "Salt."}]', "a.jsonl": '{"text": "Salt."}\n'}
    data = sources.get(name, "<html><body><p>Who tends the salt? It dries by itself.</p></body></html>")
    found = read(tmp_path / name, data.encode(), limited(bytes=1 << 40))
    assert [type(each) for each in found] == [Record]
