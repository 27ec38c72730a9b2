"""Tar archives: members are documents, read in order; a truncation is reported and loses no earlier member."""

import io
import tarfile
from pathlib import Path

import pytest

from pipeline.config.settings import Input
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers import budget
from pipeline.readers.byte_source import ByteSource, Location
from pipeline.readers.documents import _read_source
from pipeline.readers.registry import select_readers
from readers.packing import COMPRESSIONS, FERRY, KEEPER, contents, failure, gz, limited, read, rows

FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
each_format = pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)


def member(name: str, data: bytes = b"", **fields: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, data


def packed(*members: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT, encoding: str = "utf-8") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form, encoding=encoding) as archive:
        for info, data in members:
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def texts(form: int = tarfile.PAX_FORMAT) -> bytes:
    return packed(member("wire/ferry.txt", FERRY), member("keeper.txt", KEEPER), form=form)


TEXTS = [("dump/wire/ferry", FERRY), ("dump/keeper", KEEPER)]


def header(name: bytes, size: bytes, kind: bytes = b"0", magic: bytes = b"ustar\00000") -> bytes:
    """A header block with any fields and a correct checksum."""
    block = (
        name.ljust(100, b"\0")
        + b"0000644\0"
        + b"0000000\0" * 2
        + size.rjust(11, b"0").ljust(12, b"\0")
        + b"0" * 11
        + b"\0"
    )
    block = (block + b" " * 8 + kind + bytes(100) + magic).ljust(512, b"\0")
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


@each_format
def test_members_are_documents_below_the_archive(tmp_path: Path, form: int) -> None:
    found = read(tmp_path / "dump.tar", texts(form))
    assert contents(found) == TEXTS
    assert isinstance(found[0], Record)
    assert (found[0].origin.path, found[0].origin.member) == ("dump.tar", "wire/ferry.txt")


@pytest.mark.parametrize("suffix", COMPRESSIONS)
def test_a_compressed_archive_is_read_completely(tmp_path: Path, suffix: str) -> None:
    assert contents(read(tmp_path / f"dump.tar{suffix}", COMPRESSIONS[suffix](texts()))) == TEXTS


def test_an_archive_is_detected_by_its_bytes(tmp_path: Path) -> None:
    assert contents(read(tmp_path / "dump.txt", texts())) == TEXTS


def test_an_old_archive_is_detected_by_the_checksum_in_its_header(tmp_path: Path) -> None:
    """Formats before ustar have no signature."""
    data = header(b"a.txt", b"%o" % len(KEEPER), b"\0", magic=b"") + KEEPER.ljust(512, b"\0") + bytes(1024)
    assert contents(read(tmp_path / "dump", data)) == [("dump/a", KEEPER)]


@each_format
def test_long_names_are_complete(tmp_path: Path, form: int) -> None:
    name = "/".join(["渡口" * 6, "b" * 40, "c" * 60])
    assert contents(read(tmp_path / "x.tar", packed(member(f"{name}.txt", FERRY), form=form))) == [(f"x/{name}", FERRY)]


def test_a_name_in_gbk_is_read(tmp_path: Path) -> None:
    data = packed(member("渡口的清晨.txt", FERRY), form=tarfile.GNU_FORMAT, encoding="gb18030")
    assert contents(read(tmp_path / "x.tar", data)) == [("x/渡口的清晨", FERRY)]


def test_dot_steps_are_not_part_of_a_name(tmp_path: Path) -> None:
    """`tar c .` writes them."""
    data = packed(member(".", type=tarfile.DIRTYPE), member("./wire/a.txt", FERRY))
    assert contents(read(tmp_path / "x.tar", data)) == [("x/wire/a", FERRY)]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "wire/../../a", "C:\\a.txt", "..\\a.txt", "a\nb"])
def test_a_name_outside_the_archive_is_refused_and_the_others_are_read(tmp_path: Path, name: str) -> None:
    first, second = read(tmp_path / "x.tar", packed(member(name, b"root:x:0:0"), member("b.txt", FERRY)))
    assert failure([first]).reason.startswith("x.tar, ")
    assert "its name " in failure([first]).reason
    assert contents([second]) == [("x/b", FERRY)]


def test_folders_hidden_names_and_names_that_match_no_pattern_are_skipped(tmp_path: Path) -> None:
    data = packed(
        member("wire", type=tarfile.DIRTYPE),
        member("wire/._a.txt", b"x"),
        member("_run/b.txt", KEEPER),
        member("c.md", KEEPER),
        member("wire/a.txt", FERRY),
    )
    assert contents(read(tmp_path / "x.tar", data, Input(include=("*.txt",)))) == [("x/wire/a", FERRY)]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (tarfile.SYMTYPE, "is a link, which is not followed"),
        (tarfile.LNKTYPE, "is a link, which is not followed"),
        (tarfile.CHRTYPE, "is a device"),
        (tarfile.BLKTYPE, "is a device"),
        (tarfile.FIFOTYPE, "is a pipe"),
    ],
)
def test_members_that_are_not_files_are_skipped(tmp_path: Path, kind: bytes, reason: str) -> None:
    data = packed(member("b.txt", type=kind, linkname="/etc/passwd"), member("a.txt", FERRY))
    aside, text = read(tmp_path / "x.tar", data)
    assert aside == LeftOut("x.tar, b.txt", reason)
    assert contents([text]) == [("x/a", FERRY)]


def sparse(size: int) -> bytes:
    """A sparse file of `size` bytes with only the first and last ten stored, as GNU tar writes it."""
    numbers = b"2\n0\n10\n%d\n10\n" % (size - 10)
    data = numbers.ljust(512, b"\0") + b"first ten." + b"last ten.\n"
    pax = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "s.txt",
        "GNU.sparse.realsize": f"{size}",
    }
    return packed(member("GNUSparseFile.0/s.txt", data, pax_headers=pax))


def test_holes_of_a_sparse_file_are_read_as_nuls(tmp_path: Path) -> None:
    assert contents(read(tmp_path / "x.tar", sparse(5000))) == [("x/s", b"first ten." + bytes(4980) + b"last ten.\n")]


def test_holes_count_towards_the_unpacked_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "FREE_BYTES", 1 << 20)
    reason = failure(read(tmp_path / "x.tar", sparse(1 << 40), limited(bytes=1 << 30))).reason
    assert "unpacks to more than 250 times its size" in reason


def test_a_table_in_an_archive_gives_its_rows_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    path.write_bytes(packed(member("t.jsonl", rows(50_000))))
    with path.open("rb") as stream:
        source = ByteSource(Location(path.name), stream, path=path)
        found = _read_source(source, Input(), select_readers())
        assert isinstance(next(found), Record)
        assert source.budget.taken < path.stat().st_size / 10
        assert sum(1 for _ in found) == 49_999


def test_an_unread_rest_of_a_member_does_not_affect_the_next(tmp_path: Path) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(300_000)
    aside, text = read(tmp_path / "x.tar", packed(member("p.png", picture), member("a.txt", FERRY)))
    assert aside == LeftOut("x.tar, p.png", "is a PNG image")
    assert contents([text]) == [("x/a", FERRY)]


# What is broken


@pytest.mark.parametrize("cut", [100, 512, 700, 1500])
def test_members_before_a_truncation_are_read_and_it_is_reported_once(tmp_path: Path, cut: int) -> None:
    data = packed(member("a.txt", FERRY), member("b.txt", KEEPER * 20))
    whole = data.index(KEEPER) + len(KEEPER * 20)
    found = read(tmp_path / "x.tar", data[: whole - cut])
    assert contents(found[:1]) == [("x/a", FERRY)]
    assert failure(found)


def test_a_truncated_compression_of_the_archive_is_reported_once(tmp_path: Path) -> None:
    data = gz(packed(*(member(f"{n}.jsonl", rows(2000, n * 2000)) for n in range(4))))
    found = read(tmp_path / "x.tar.gz", data[: len(data) // 2])
    assert sum(isinstance(each, Record) for each in found) > 2000
    assert failure(found).id.startswith("x/")
    assert "the gzip data is truncated after" in failure(found).reason


def test_damage_after_the_last_member_is_reported(tmp_path: Path) -> None:
    """The checksum at the end of gzip covers everything, so everything is read."""
    data = bytearray(gz(texts() + bytes(200_000)))
    data[-6] ^= 1
    found = read(tmp_path / "dump.tar.gz", bytes(data))
    assert contents(found[:2]) == TEXTS
    assert "the gzip data is damaged" in failure(found).reason


def test_a_damaged_header_is_not_the_end(tmp_path: Path) -> None:
    """The library treats it as the end, and loses the remaining members silently."""
    data = bytearray(texts(tarfile.USTAR_FORMAT))
    data[1024 + 5] ^= 0x55
    found = read(tmp_path / "dump.tar", bytes(data))
    assert contents(found[:1]) == TEXTS[:1]
    assert failure(found).reason.startswith("the header of a member is damaged; members before it are read; ")


def test_an_archive_without_an_end_marker_is_reported_as_possibly_truncated(tmp_path: Path) -> None:
    found = read(tmp_path / "dump.tar", texts(tarfile.USTAR_FORMAT)[:2048])
    assert contents(found[:2]) == TEXTS
    assert failure(found).reason.startswith("has no end marker: it may be truncated after a member")


def test_an_empty_archive_is_reported(tmp_path: Path) -> None:
    assert failure(read(tmp_path / "a.tar", packed())).reason == "is an empty tar archive"
    assert read(tmp_path / "a.tar", named=False) == [LeftOut("a.tar", "is an empty tar archive")]


@pytest.mark.parametrize(
    "data",
    [
        header(b"././@PaxHeader", b"%o" % (8 << 30 - 3), b"x"),
        header(b"././@LongLink", b"%o" % (8 << 30 - 3), b"L"),
        header(b"././@PaxHeader", b"%o" % (2 << 20), b"g"),
    ],
    ids=["pax", "gnu", "pax for all"],
)
def test_a_header_that_declares_gigabytes_is_refused_unread(tmp_path: Path, data: bytes) -> None:
    found = read(tmp_path / "x.tar", data + bytes(4 << 20))
    assert failure(found).reason.startswith("the header of a member is longer than 1,048,576 bytes; ")


def test_endless_extension_headers_are_refused(tmp_path: Path) -> None:
    long_link = header(b"././@LongLink", b"1", b"L") + b"a".ljust(512, b"\0")
    assert isinstance(failure(read(tmp_path / "x.tar", long_link * 5000)), Unreadable)


def test_a_member_that_declares_more_than_there_is_ends_at_once(tmp_path: Path) -> None:
    """The library would skip eight exabytes block by block."""
    block = header(b"p.png", b"\x80" + bytes(3) + (1 << 62).to_bytes(8, "big"))
    found = read(tmp_path / "x.tar", block + b"\x89PNG\r\n\x1a\n" + bytes(2000))
    assert isinstance(found[0], LeftOut)
    assert "is truncated after" in failure(found).reason


def test_more_members_than_the_limit_are_refused(tmp_path: Path) -> None:
    data = packed(*(member(f"{n}.txt", FERRY) for n in range(7)))
    found = read(tmp_path / "x.tar", data, limited(members=5))
    assert len(found) == 6
    assert failure(found).reason.startswith("has more members than the limit of 5; ")


@pytest.mark.parametrize("count", [1_000, pytest.param(5_000, marks=pytest.mark.soak)])
def test_members_are_not_kept_in_memory(tmp_path: Path, count: int) -> None:
    import tracemalloc

    path = tmp_path / "x.tar"
    path.write_bytes(packed(*(member(f"{n}.txt", b"x") for n in range(count)), form=tarfile.USTAR_FORMAT))
    with path.open("rb") as stream:
        found = _read_source(ByteSource(Location(path.name), stream, path=path), Input(), select_readers())
        assert isinstance(next(found), Record)
        tracemalloc.start()
        assert sum(1 for _ in found) == count - 1
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 200 * count


def test_an_archive_without_a_selected_member_is_reported(tmp_path: Path) -> None:
    reason = failure(read(tmp_path / "x.tar", texts(), Input(include=("*.tar",)))).reason
    assert reason == "contains only folders, and members that [input] include does not name or that begin with . or _"
