"""Compressed lines: what they decompress to, and how damage is reported."""

import gzip
import io
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import UsageError
from pipeline.storage.compression import GZIP_MAGIC, ZSTD_MAGIC, DamagedError, compressing, decompressing

NAMES = ["a.gz", "a.zst", "a", "A.GZ", "A.ZST"]


def pack(data: bytes, name: str) -> bytes:
    file = io.BytesIO()
    with compressing(file, name) as inner:
        inner.write(data)
    return file.getvalue()


def unpack(data: bytes) -> bytes:
    with decompressing(io.BytesIO(data), data[:16]) as plain:
        return b"".join(plain)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.lists(st.binary(max_size=30)).map(b"\n".join))
def test_compressed_data_is_decompressed(name: str, data: bytes) -> None:
    if name != "a" or not data.startswith((GZIP_MAGIC, ZSTD_MAGIC)):
        assert unpack(pack(data, name)) == data


@pytest.mark.parametrize(
    ("name", "mark"), [("a.gz", GZIP_MAGIC), ("A.GZ", GZIP_MAGIC), ("a.zst", ZSTD_MAGIC), ("A.Zst", ZSTD_MAGIC)]
)
def test_the_suffix_selects_the_compression_in_any_case(name: str, mark: bytes) -> None:
    assert pack(b"line\n", name).startswith(mark)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_bytes_give_the_same_bytes(name: str) -> None:
    assert pack(b"line\n" * 999, name) == pack(b"line\n" * 999, name)


def test_concatenated_compressed_files_are_read_as_one() -> None:
    assert unpack(gzip.compress(b"a\n") + gzip.compress(b"b\n")) == b"a\nb\n"
    assert unpack(pack(b"a\n", "a.zst") + pack(b"b\n", "a.zst")) == b"a\nb\n"


@pytest.mark.parametrize("name", ["a.gz", "a.zst"])
@pytest.mark.parametrize("harm", ["cut", "changed"])
def test_damage_is_reported_in_the_same_way_for_all_compressions(name: str, harm: str) -> None:
    data = bytearray(pack(bytes(range(256)) * 99, name))
    data = data[: len(data) // 2] if harm == "cut" else data[:-6] + b"other!"
    with pytest.raises(DamagedError, match="does not unpack: "):
        unpack(bytes(data))


def test_without_the_library_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pack(b"line\n", "a.zst")
    monkeypatch.setitem(sys.modules, "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd", None)
    with pytest.raises(UsageError, match=r"pip install backports\.zstd"):
        unpack(data)


def test_damage_is_reported_even_if_zstandard_was_not_loaded_before() -> None:
    """In a separate process: the exception type of a library is known only after it is loaded."""
    code = (
        "import io\nfrom pipeline.storage.compression import DamagedError, decompressing\n"
        "data = bytes([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0, 0, 0, 0, 0])\n"
        "try:\n    with decompressing(io.BytesIO(data), data) as file: file.read()\n"
        "except DamagedError as error: print('told', error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.startswith("told does not unpack: "), done.stderr
