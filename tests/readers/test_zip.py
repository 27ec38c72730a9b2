"""Zip archives: members are documents, and a member that fails does not affect others."""

import io
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

import pytest

from pipeline.config.settings import Input, Limits
from pipeline.model.record import LeftOut, Record, Unreadable
from pipeline.readers import budget
from pipeline.readers.archives import zip_directory
from pipeline.readers.byte_source import ByteSource, Location
from pipeline.readers.documents import _read_source
from pipeline.readers.registry import select_readers
from readers.packing import FERRY, KEEPER, contents, failure, gz, limited, read, rows
from readers.zips import Member, archive, deflated

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive written by the standard library."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as written:
        for name, data in members.items():
            written.writestr(name, data)
    return file.getvalue()


def test_members_are_documents_below_the_archive(tmp_path: Path) -> None:
    found = read(tmp_path / "dump.zip", packed({"wire/渡口.txt": FERRY, "keeper.txt": KEEPER}))
    assert contents(found) == [("dump/wire/渡口", FERRY), ("dump/keeper", KEEPER)]
    (first, _) = found
    assert isinstance(first, Record)
    assert (first.origin.path, first.origin.member) == ("dump.zip", "wire/渡口.txt")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_members_of_every_compression_are_read(tmp_path: Path, method: int) -> None:
    assert contents(read(tmp_path / "a.zip", packed({"b.txt": FERRY * 50}, method))) == [("a/b", FERRY * 50)]


def test_a_member_compressed_with_zstd_or_xz_is_read(tmp_path: Path) -> None:
    import lzma

    from backports import zstd

    data = archive(
        Member(b"a.txt", FERRY, method=93, packed=zstd.compress(FERRY)),
        Member(b"b.txt", KEEPER, method=95, packed=lzma.compress(KEEPER)),
    )
    assert contents(read(tmp_path / "x.zip", data)) == [("x/a", FERRY), ("x/b", KEEPER)]


def test_an_archive_is_detected_by_its_bytes(tmp_path: Path) -> None:
    assert contents(read(tmp_path / "dump", packed({"b.txt": FERRY}))) == [("dump/b", FERRY)]


def test_a_table_in_an_archive_gives_its_rows(tmp_path: Path) -> None:
    found = read(tmp_path / "a.zip", packed({"t.jsonl": rows(3), "k.txt": KEEPER}))
    assert [each.id for each in found if isinstance(each, Record)] == ["n0", "n1", "n2", "a/k"]


def test_nested_archives_are_read(tmp_path: Path) -> None:
    inner = packed({"c.txt": FERRY, "d.txt.gz": gz(KEEPER)})
    found = read(tmp_path / "a.zip.gz", gz(packed({"b.zip": inner})))
    assert contents(found) == [("a/b.zip/c", FERRY), ("a/b.zip/d", KEEPER)]
    assert isinstance(found[0], Record)
    assert (found[0].origin.path, found[0].origin.member) == ("a.zip.gz", "b.zip/c.txt")


# Names


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("渡口.txt".encode(), "渡口"),
        ("渡口的清晨.txt".encode("gb18030"), "渡口的清晨"),
        ("café.txt".encode("cp437"), "café"),
        (b"wire\\north\\a.txt", "wire/north/a"),
        (b"./wire//a.txt", "wire/a"),
    ],
)
def test_a_name_is_read_in_its_encoding(tmp_path: Path, raw: bytes, name: str) -> None:
    assert contents(read(tmp_path / "a.zip", archive(Member(raw, FERRY)))) == [(f"a/{name}", FERRY)]


def test_the_unicode_name_field_is_read(tmp_path: Path) -> None:
    """Info-ZIP writes the Unicode name like this, with a checksum of the name that it replaces."""
    import struct
    import zlib

    raw, path = b"______.txt", "渡口.txt".encode()
    extra = struct.pack("<HHBL", 0x7075, 5 + len(path), 1, zlib.crc32(raw)) + path
    assert contents(read(tmp_path / "a.zip", archive(Member(raw, FERRY, extra=extra)))) == [("a/渡口", FERRY)]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"../../etc/passwd", "leads out of the archive"),
        (b"wire/../../a.txt", "leads out of the archive"),
        (b"..\\..\\a.txt", "leads out of the archive"),
        (b"/etc/passwd", "is an absolute path"),
        (b"\\\\server\\a.txt", "is an absolute path"),
        (b"C:\\a.txt", "is an absolute path"),
        (b"c:a.txt", "is an absolute path"),
        (b"a.txt\0.png", "contains an invalid character"),
        (b"a\nb.txt", "contains an invalid character"),
    ],
)
def test_a_name_outside_the_archive_is_refused_and_the_others_are_read(tmp_path: Path, raw: bytes, reason: str) -> None:
    first, second = read(tmp_path / "a.zip", archive(Member(raw, KEEPER), Member(b"b.txt", FERRY)))
    assert reason in failure([first]).reason
    assert contents([second]) == [("a/b", FERRY)]


def test_a_title_with_a_colon_is_not_a_drive(tmp_path: Path) -> None:
    assert contents(read(tmp_path / "a.zip", archive(Member(b"Q: who.txt", FERRY)))) == [("a/Q: who", FERRY)]


def test_folders_and_hidden_names_are_skipped(tmp_path: Path) -> None:
    members = {"wire/": b"", "__MACOSX/wire/._a.txt": b"\0\5\x16\7", "wire/.DS_Store": b"x", "_run/b.txt": KEEPER}
    assert contents(read(tmp_path / "a.zip", packed({**members, "wire/a.txt": FERRY}))) == [("a/wire/a", FERRY)]


def test_patterns_select_members_like_files_below_a_folder(tmp_path: Path) -> None:
    data = packed({"a.txt": FERRY, "b.md": KEEPER, "wire/c.txt": KEEPER})
    found = read(tmp_path / "x.zip", data, Input(include=("*.txt",)))
    assert contents(found) == [("x/a", FERRY), ("x/wire/c", KEEPER)]


def test_a_repeated_name_fails_like_any_duplicate_id(tmp_path: Path) -> None:
    first, second = read(tmp_path / "a.zip", archive(Member(b"b.txt", FERRY), Member(b"b.txt", KEEPER)))
    assert contents([first]) == [("a/b", FERRY)]
    assert failure([second]).reason == "a.zip, b.txt: an earlier document has this id; make ids unique"


# What is not read


def test_members_that_are_not_documents_are_skipped(tmp_path: Path) -> None:
    found = read(tmp_path / "a.zip", packed({"p.png": PICTURE, "k.txt": KEEPER}))
    assert found[0] == LeftOut("a.zip, p.png", "is a PNG image")
    assert contents(found[1:]) == [("a/k", KEEPER)]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (only,) = read(tmp_path / "a.zip", archive(Member(b"l.txt", b"/etc/passwd", mode=stat.S_IFLNK | 0o777)))
    assert only == LeftOut("a.zip, l.txt", "is a link, which is not followed")


BAD = {
    "encrypted": (Member(b"b.txt", KEEPER, flags=1), "is encrypted; unpack the archive with its password first"),
    "deflate64": (
        Member(b"b.txt", KEEPER, method=9),
        "is compressed with method 9 (Deflate64), which is not supported",
    ),
    "unknown": (Member(b"b.txt", KEEPER, method=200), "is compressed with method 200, which is not supported"),
    "checksum": (Member(b"b.txt", KEEPER, crc=7), "is damaged: its checksum is not that of the archive; fetch the"),
    "too long": (Member(b"b.txt", KEEPER, size=9), "is longer than the 9 bytes of the directory; leave it out"),
    "too short": (Member(b"b.txt", KEEPER, size=9999), "is truncated after 66 of 9,999 bytes; fetch it again"),
    "no deflate": (Member(b"b.txt", KEEPER, method=8), "the deflate data is damaged within 66 bytes (0 unpacked)"),
    "cut": (Member(b"b.txt", KEEPER, method=8, packed=deflated(KEEPER)[:-9]), "the deflate data is truncated after"),
    "elsewhere": (
        Member(b"b.txt", KEEPER, offset=30 + 5 + len(FERRY) + 1),
        "is not where the directory says; fetch the file again",
    ),
    "far away": (Member(b"b.txt", KEEPER, offset=0xFFFFFFF0), "overlaps another member"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_member_that_fails_is_reported_by_name_and_others_are_read(tmp_path: Path, kind: str) -> None:
    bad, reason = BAD[kind]
    first, second, third = read(tmp_path / "x.zip", archive(Member(b"a.txt", FERRY), bad, Member(b"c.txt", FERRY)))
    assert contents([first, third]) == [("x/a", FERRY), ("x/c", FERRY)]
    assert failure([second]).id == "x/b"
    assert failure([second]).reason.startswith(f"x.zip, b.txt: {reason}")


@pytest.mark.parametrize("cut", [1, 30, 100])
def test_a_truncated_archive_is_reported(tmp_path: Path, cut: int) -> None:
    (only,) = read(tmp_path / "a.zip", packed({"a.txt": FERRY, "b.txt": KEEPER})[:-cut])
    assert only == Unreadable(
        "a", "has no directory at its end: it is truncated, or not a zip archive; fetch the file again"
    )


def test_members_before_damage_in_the_directory_are_read(tmp_path: Path) -> None:
    data = archive(Member(b"a.txt", FERRY), Member(b"b.txt", KEEPER))
    at = data.rindex(b"PK\1\2")
    found = read(tmp_path / "x.zip", data[:at] + b"XX" + data[at + 2 :])
    assert contents(found[:1]) == [("x/a", FERRY)]
    assert failure(found).reason == "its directory is damaged; fetch the file again, or repair it with `zip -FF`"


def test_an_empty_archive_is_reported(tmp_path: Path) -> None:
    assert failure(read(tmp_path / "a.zip", archive())).reason == "is an empty zip archive"
    (only,) = read(tmp_path / "a.zip", named=False)
    assert isinstance(only, LeftOut)


OFFICE = {
    "a PowerPoint file (pptx)": {"[Content_Types].xml": b"<x/>", "ppt/presentation.xml": b"<x/>"},
    "a document of type application/vnd.oasis.opendocument.text": {
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "content.xml": b"<x/>",
    },
    "a Java archive (jar)": {"META-INF/MANIFEST.MF": b"Manifest-Version: 1.0", "a.txt": KEEPER},
}


@pytest.mark.parametrize("kind", OFFICE)
def test_zip_based_files_of_other_programs_are_skipped_with_their_type(tmp_path: Path, kind: str) -> None:
    data = packed(OFFICE[kind], zipfile.ZIP_STORED)
    reason = f"is {kind}; save it as text or as a web page"
    assert read(tmp_path / "a.bin", data, named=False) == [LeftOut("a.bin", reason)]
    assert failure(read(tmp_path / "a.bin")).reason == reason


def test_a_document_that_its_reader_does_not_recognise_is_named_with_what_to_do(tmp_path: Path) -> None:
    """The parts by which it is recognised come late in the file."""
    parts = {"a.xml": bytes(range(256)) * 512, "[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}
    reason = "is a Word document (docx); rename it to end in .docx"
    assert failure(read(tmp_path / "a.bin", packed(parts, zipfile.ZIP_STORED))).reason == reason


# Bombs


def test_more_members_than_the_limit_are_refused_before_any_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(zip_directory, "_entry")
    reason = failure(read(tmp_path / "a.zip", archive(Member(b"a.txt", FERRY), count=2_000_000))).reason
    assert reason.startswith("has 2,000,000 members, over the limit of 1,000,000; ")
    assert reason.endswith("raise [input.limits] members")


def test_members_hidden_by_the_end_record_are_found(tmp_path: Path) -> None:
    data = archive(*(Member(b"%d.txt" % i, FERRY) for i in range(9)), count=1)
    found = read(tmp_path / "a.zip", data, limited(members=5))
    assert len(found) == 6
    assert "has more members than the limit of 5" in failure(found).reason


def test_overlapping_members_are_refused(tmp_path: Path) -> None:
    """A few megabytes can declare terabytes: each member contains the headers of all later ones, and one kernel."""
    kernel = deflated(bytes(1 << 20))
    inner = archive(Member(b"b.txt", bytes(1 << 20), method=8, packed=kernel))[: 30 + 5 + len(kernel)]
    over = Member(b"a.txt", inner, packed=inner)
    under = Member(b"b.txt", bytes(1 << 20), method=8, packed=b"", offset=30 + 5)
    data = archive(over, under, Member(b"c.txt", FERRY))
    found = read(tmp_path / "x.zip", data)
    assert "overlaps another member, as in a zip bomb" in failure(found[:1]).reason
    assert contents(found[2:]) == [("x/c", FERRY)]


def test_members_at_the_same_offset_are_refused(tmp_path: Path) -> None:
    first, second = read(tmp_path / "x.zip", archive(Member(b"a.txt", FERRY), Member(b"b.txt", FERRY, offset=0)))
    assert contents([second]) == [("x/b", FERRY)] or "overlaps another" in failure([second]).reason
    assert "overlaps another member" in failure([first]).reason


def test_the_unpacked_sizes_of_all_members_are_added_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "FREE_BYTES", 1 << 20)
    bomb = Member(b"", bytes(1 << 20), method=8, packed=deflated(bytes(1 << 20)))
    data = archive(*(Member(b"%d.txt" % i, bomb.data, method=8, packed=bomb.packed) for i in range(9)))
    found = read(tmp_path / "a.zip", data, limited(ratio=50))
    assert "unpacks to more than 50 times its size, and the rest is not read" in failure(found).reason


def nest(data: bytes, layers: int, width: int) -> bytes:
    """Nested zip archives, each with `width` copies of the next layer."""
    for _ in range(layers):
        data = archive(
            *(Member(b"%d.zip" % i, data, method=8, packed=deflated(data)) for i in range(width)),
        )
    return data


def test_deeply_nested_archives_are_stopped_by_the_depth_limit(tmp_path: Path) -> None:
    found = read(tmp_path / "a.zip", nest(archive(Member(b"a.txt", FERRY)), 7, 1))
    assert "is over the limit of 5 archives and compressions in each other" in failure(found).reason


def test_widely_nested_archives_are_stopped_by_the_unpacked_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """16 ** 4 files, as in the well-known archive of 42 kB."""
    monkeypatch.setattr(budget, "FREE_BYTES", 1 << 20)
    zeros = bytes(1 << 19)
    bomb = nest(archive(Member(b"0.txt", zeros, method=8, packed=deflated(zeros))), 3, 16)
    assert len(bomb) < 20_000
    found = read(tmp_path / "a.zip", bomb, limited(ratio=100))
    assert "unpacks to more than 100 times its size, and the rest is not read" in failure(found).reason
    assert len(found) < 10


def test_an_archive_that_contains_itself_is_stopped(tmp_path: Path) -> None:
    """A deflate quine cannot be distinguished from endless nesting; here each layer has the same bytes."""
    data = archive(Member(b"a.txt", FERRY))
    for _ in range(40):
        data = archive(Member(b"r/r.zip", data, method=8, packed=deflated(data)))
    found = read(tmp_path / "r.zip", data)
    assert failure(found).reason.startswith("r.zip, " + "r/r.zip/" * 5)


# Memory


@pytest.mark.parametrize("count", [4_000, pytest.param(20_000, marks=pytest.mark.soak)])
def test_many_members_take_little_memory(count: int) -> None:
    """Eight bytes are held for each, where the standard library holds half a kilobyte."""
    import tracemalloc

    data = io.BytesIO(archive(*(Member(b"%d.txt" % i, b"x") for i in range(count))))
    source = ByteSource(Location("a.zip"), data)
    options = Input(limits=Limits())
    found = _read_source(source, options, select_readers())
    tracemalloc.start()
    assert isinstance(next(found), Record)
    assert sum(1 for _ in found) == count - 1
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 300 * count


@pytest.mark.skipif(shutil.which("zip") is None, reason="needs Info-ZIP")
def test_files_written_by_info_zip_are_read(tmp_path: Path) -> None:
    (tmp_path / "渡口.txt").write_bytes(FERRY)
    subprocess.run(["zip", "-q", "a.zip", "渡口.txt"], cwd=tmp_path, check=True)
    assert contents(read(tmp_path / "a.zip")) == [("a/渡口", FERRY)]


def test_data_before_an_archive_is_skipped(tmp_path: Path) -> None:
    """A file is detected by its beginning, but an archive whose offsets count from elsewhere is read."""
    data = archive(Member(b"a.txt", FERRY))
    assert contents(read(tmp_path / "x.zip", data[:39] + data[39:], named=True)) == [("x/a", FERRY)]
    shifted = b"PK\3\4junk" + data
    assert contents(read(tmp_path / "x.zip", shifted)) == [("x/a", FERRY)]


def test_the_zip64_end_record_is_read(tmp_path: Path) -> None:
    data = archive(*(Member(b"%d.txt" % i, FERRY) for i in range(3)), count=65_536)
    assert contents(read(tmp_path / "a.zip", data)) == [(f"a/{i}", FERRY) for i in range(3)]


@pytest.mark.soak
def test_an_archive_of_over_65535_members_is_read(tmp_path: Path) -> None:
    data = archive(*(Member(b"%d.txt" % i, b"x") for i in range(65_536)))
    assert sum(isinstance(each, Record) for each in read(tmp_path / "a.zip", data)) == 65_536


def test_an_archive_without_a_selected_member_is_reported(tmp_path: Path) -> None:
    """`include` applies to members as well: with only `*.zip`, a folder of archives gives nothing."""
    data = packed({"wire/": b"", "wire/b.txt": FERRY, "_notes.txt": KEEPER})
    reason = failure(read(tmp_path / "x.zip", data, Input(include=("*.zip",)))).reason
    assert reason == "contains only folders, and members that [input] include does not name or that begin with . or _"
