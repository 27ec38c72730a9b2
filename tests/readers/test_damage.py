"""Any damage to any compressed file is reported in one line that names the file, and no reader raises."""

import io
import tarfile
import unicodedata
import zipfile
from functools import cache
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sampling import examples

from pipeline.config.settings import Input, Limits
from pipeline.model.record import LeftOut, Record, Unreadable
from readers.packing import COMPRESSIONS, FERRY, KEEPER, read, rows

PAGE = b"<html><head><title>Ferry</title></head><body><p>Q: Who?</p><p>A: \xe6\x88\x91\xe3\x80\x82</p></body></html>"
EXAMPLES = 400
SMALL = Input(limits=Limits(bytes=1 << 20, expanded=1 << 24, members=1000))


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return file.getvalue()


def tarred(*members: tuple[str, bytes], form: int) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def crawled(*pages: bytes) -> bytes:
    written = bytearray()
    for number, page in enumerate(pages):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
        if number % 2:
            body = head + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
            packed = COMPRESSIONS[".gz"](page)
            body += b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
        else:
            body = head + b"\r\n" + page
        written += b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/%d\r\n" % number
        written += b"Content-Type: application/http\r\nContent-Length: %d\r\n\r\n" % len(body) + body + b"\r\n\r\n"
    return bytes(written)


@cache
def sound() -> dict[str, bytes]:
    """Undamaged files by name: each kind, and nested ones."""
    table = rows(30)
    texts = (("wire/ferry.txt", FERRY), ("渡口" * 20 + ".txt", KEEPER), ("t.jsonl", table))
    files = {f"t.jsonl{suffix}": pack(table) for suffix, pack in COMPRESSIONS.items()}
    files |= {f"two.txt{suffix}": pack(FERRY) + pack(KEEPER) for suffix, pack in COMPRESSIONS.items()}
    files["a.zip"] = zipped(*texts)
    files["stored.zip"] = zipped(*texts, method=zipfile.ZIP_STORED)
    files["bzip2.zip"] = zipped(*texts, method=zipfile.ZIP_BZIP2)
    for name, form in (("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)):
        members = texts[::2] if name == "ustar" else texts
        files[f"{name}.tar"] = tarred(*members, form=form)
    files["crawl.warc"] = crawled(PAGE, PAGE + b" ", PAGE)
    files["crawl.warc.gz"] = b"".join(COMPRESSIONS[".gz"](crawled(PAGE)) for _ in range(3))
    for suffix in (".gz", ".zst"):
        files[f"pax.tar{suffix}"] = COMPRESSIONS[suffix](files["pax.tar"])
    others = COMPRESSIONS[".xz"](rows(30, 100))
    files["nest.zip"] = zipped(("a.tar.gz", files["pax.tar.gz"]), ("b.zip", zipped(*texts[:2])), ("c.jsonl.xz", others))
    files["nest.tar.bz2"] = COMPRESSIONS[".bz2"](
        tarred(("b.zip", files["stored.zip"]), ("c.warc.gz", files["crawl.warc.gz"]), form=tarfile.GNU_FORMAT)
    )
    return files


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


def told_well(folder: Path, name: str, data: bytes) -> list[Record | Unreadable | LeftOut]:
    """The items of the damaged file; asserts that each message is well formed."""
    found = read(folder / name, data, SMALL)
    stem = PurePosixPath(name).name.split(".")[0]
    for each in found:
        if isinstance(each, Record):
            continue
        assert "failed on it" not in each.reason
        assert len(each.reason.splitlines()) == 1
        assert not {unicodedata.category(char) for char in each.reason} & {"Cc", "Cs", "Zl", "Zp"}
        where = each.name if isinstance(each, LeftOut) else each.id
        assert stem in where or stem in each.reason
    assert len({each.reason for each in found if isinstance(each, Unreadable)}) == sum(
        isinstance(each, Unreadable) for each in found
    )
    return found


names = st.sampled_from(sorted(sound()))
fuzz = settings(
    max_examples=examples(EXAMPLES), suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize("name", sorted(sound()))
def test_an_undamaged_file_gives_only_documents(folder: Path, name: str) -> None:
    found = told_well(folder, name, sound()[name])
    assert found
    assert {type(each) for each in found} == {Record}


@fuzz
@given(name=names, share=st.floats(0, 1))
def test_a_file_may_be_truncated_anywhere(folder: Path, name: str, share: float) -> None:
    data = sound()[name]
    cut = int(share * len(data))
    found = [each for each in told_well(folder, name, data[:cut]) if not isinstance(each, LeftOut)]
    if name.startswith("two"):
        return  # what is packed in parts may well end behind the first one
    whole = [each for each in told_well(folder, name, data) if isinstance(each, Record)]
    before = [each for each in found if isinstance(each, Record)]
    assert before == whole[: len(before)]
    # A crawl has no end that could be missing.
    assert len(before) == len(whole) or len(found) > len(before) or name.startswith("crawl")


@fuzz
@given(name=names, flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_any_bytes_of_a_file_may_be_wrong(folder: Path, name: str, flips: list[tuple[float, int]]) -> None:
    data = bytearray(sound()[name])
    for share, value in flips:
        data[min(int(share * len(data)), len(data) - 1)] = value
    told_well(folder, name, bytes(data))


@fuzz
@given(
    name=names,
    share=st.floats(0, 1),
    length=st.integers(0, 600),
    put=st.one_of(st.binary(max_size=600), st.integers(0, 600).map(bytes), st.just(b"PK\1\2PK\3\4PK\5\6WARC/1.0\r\n")),
)
def test_a_part_of_a_file_may_be_missing_or_replaced(
    folder: Path, name: str, share: float, length: int, put: bytes
) -> None:
    data = sound()[name]
    at = int(share * len(data))
    told_well(folder, name, data[:at] + put + data[at + length :])


@fuzz
@given(
    name=st.sampled_from(["a.zip", "a.tar", "a.warc", "a.gz", "a.zst", "a.xz", "a.bz2", "a.jsonl.gz"]),
    magic=st.sampled_from(
        [b"PK\3\4", b"PK\5\6", b"WARC/1.0\r\n", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\0", b"BZh91AY&SY", b""]
    ),
    data=st.binary(max_size=2000),
)
def test_anything_may_follow_the_first_bytes_of_a_file(folder: Path, name: str, magic: bytes, data: bytes) -> None:
    told_well(folder, name, magic + data)
