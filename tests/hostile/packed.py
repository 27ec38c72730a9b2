"""Archives and compressed files with too much of something."""

import bz2
import gzip
import io
import lzma
import random
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from hostile.attack import MIB, Attack, Content, at_most, repeated

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TALK = b"Editor: Who lights the lamp?\nInes Tal: My aunt did, and I do.\n"
STREAMS: dict[str, Callable[[Path], Any]] = {
    ".gz": lambda path: gzip.GzipFile(path, "wb", compresslevel=6),
    ".zst": lambda path: zstd.ZstdFile(path, "w"),
    ".bz2": lambda path: bz2.BZ2File(path, "wb"),
    ".xz": lambda path: lzma.LZMAFile(path, "wb", preset=1),  # noqa: SIM115 -- whoever asks closes it
}
FAST = (".gz", ".zst")
"""Those that compress hundreds of MiB in a second or two."""


def plain(content: Content) -> Attack:
    """The content as it is."""
    return Attack(f"{content.suffix[1:]}: {content.excess}", _writing(content, "", None))


def packed(content: Content, kind: str) -> Attack:
    """Returns the content in a compressed file, or in an archive if `kind` is `.zip` or `.tar`."""
    name = f"{content.suffix[1:]}{kind}: {content.excess}"
    if kind in {".zip", ".tar"}:
        return Attack(name, _archiving(content, kind))
    return Attack(name, _writing(content, kind, STREAMS[kind]))


def _writing(
    content: Content, kind: str, opened: Callable[[Path], Any] | None
) -> Callable[[Path, random.Random], None]:
    def write(raw: Path, chance: random.Random) -> None:
        path = raw / f"m-attack{content.suffix}{kind}"
        with path.open("wb") if opened is None else opened(path) as file:
            for chunk in content.chunks(chance):
                file.write(chunk)

    return write


def _archiving(content: Content, kind: str) -> Callable[[Path, random.Random], None]:
    def write(raw: Path, chance: random.Random) -> None:
        if kind == ".zip":
            with zipfile.ZipFile(raw / "m-attack.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("before.txt", TALK)
                with archive.open(f"inner{content.suffix}", "w", force_zip64=True) as member:
                    for chunk in content.chunks(chance):
                        member.write(chunk)
            return
        data = b"".join(content.chunks(chance))
        with tarfile.open(raw / "m-attack.tar.gz", "w:gz") as tar:
            for name, body in (("before.txt", TALK), (f"inner{content.suffix}", data)):
                header = tarfile.TarInfo(name)
                header.size = len(body)
                tar.addfile(header, io.BytesIO(body))

    return write


def _file(name: str, file: str, body: Callable[[random.Random], bytes | Iterable[bytes]]) -> Attack:
    def write(raw: Path, chance: random.Random) -> None:
        made = body(chance)
        with (raw / file).open("wb") as target:
            for chunk in [made] if isinstance(made, bytes) else made:
                target.write(chunk)

    return Attack(name, write)


def _streams() -> Iterator[Attack]:
    def bomb(kind: str, inner: str, size: int) -> Attack:
        def write(raw: Path, chance: random.Random) -> None:
            with STREAMS[kind](raw / f"m-attack{inner}{kind}") as file:
                for chunk in repeated(b"\0" if inner == ".bin" else TALK, at_most(size, chance)):
                    file.write(chunk)

        return Attack(f"{inner[1:]}{kind}: ratio", write)

    for kind, size in ((".gz", 600), (".zst", 2000), (".bz2", 100), (".xz", 400)):
        yield bomb(kind, ".txt", size * MIB)
    yield bomb(".zst", ".bin", 2000 * MIB)

    frames: dict[str, Callable[[bytes], bytes]] = {
        ".gz": lambda data: gzip.compress(data, 9),
        ".zst": zstd.compress,
        ".bz2": bz2.compress,
        ".xz": lzma.compress,
    }
    for kind, compress in frames.items():
        yield from _frames(kind, compress)
    yield _file("txt.zst: window of 2 GB", "m-attack.txt.zst", lambda _: _window(31))
    yield _file("txt.zst: window of 128 MB", "m-attack.txt.zst", lambda _: _window(27))
    yield _file("txt.zst: declared size", "m-attack.txt.zst", lambda _: _declared_zst())
    yield _file(
        "txt.zst: skippable frames",
        "m-attack.txt.zst",
        lambda chance: b"\x50\x2a\x4d\x18\0\0\0\0" * at_most(500_000, chance) + zstd.compress(TALK),
    )
    yield _file("txt.xz: dictionary of 4 GB", "m-attack.txt.xz", lambda _: _xz_dictionary())
    yield _file(
        "txt.gz: length of the name in the header",
        "m-attack.txt.gz",
        lambda c: b"\x1f\x8b\x08\x08\0\0\0\0\0\x03" + b"n" * at_most(20 * MIB, c) + b"\0" + gzip.compress(TALK)[10:],
    )


def _frames(kind: str, compress: Callable[[bytes], bytes]) -> Iterator[Attack]:
    def empty(chance: random.Random) -> bytes:
        return compress(b"") * at_most(500_000, chance) + compress(TALK)

    def bombs(chance: random.Random) -> bytes:
        return compress(b"\n" * 8 * MIB) * at_most(400, chance)

    def cut(chance: random.Random) -> bytes:
        return compress(chance.randbytes(9000))[: at_most(8000, chance)]

    yield _file(f"txt{kind}: empty frames", f"m-attack.txt{kind}", empty)
    yield _file(f"txt{kind}: compressed many times", f"m-attack.txt{kind * 12}", lambda _: _nested(compress, 12))
    yield _file(f"jsonl{kind}: frames that are bombs", f"m-attack.jsonl{kind}", bombs)
    yield _file(f"txt{kind}: cut off", f"m-attack.txt{kind}", cut)


def _nested(compress: Callable[[bytes], bytes], times: int) -> bytes:
    data = TALK
    for _ in range(times):
        data = compress(data)
    return data


def _window(log: int) -> bytes:
    """A frame of some bytes whose header asks for a window of 2 to the `log` bytes."""
    descriptor, window = 0, (log - 10) << 3
    block = (len(TALK) << 3 | 1).to_bytes(3, "little") + TALK
    return b"\x28\xb5\x2f\xfd" + bytes([descriptor, window]) + block


def _declared_zst() -> bytes:
    """A frame of one segment that declares to hold 2 EB."""
    block = (len(TALK) << 3 | 1).to_bytes(3, "little") + TALK
    return b"\x28\xb5\x2f\xfd" + bytes([0b1110_0000]) + struct.pack("<Q", 1 << 61) + block


def _xz_dictionary() -> bytes:
    """A stream whose header asks for the largest dictionary there is."""
    data = bytearray(lzma.compress(TALK, preset=0))
    size = (data[12] + 1) * 4
    header = data[12 : 12 + size]
    at = header.index(b"\x21\x01") + 2
    header[at] = 40
    header[-4:] = struct.pack("<I", zlib.crc32(header[:-4]))
    data[12 : 12 + size] = header
    return bytes(data)


def _member(name: bytes, data: bytes, size: int, *, method: int = 8, flags: int = 0) -> tuple[bytes, bytes]:
    """The local header of a member, and its line in the directory up to the offset."""
    crc = zlib.crc32(TALK)
    common = struct.pack("<HHHHHIIIHH", 20, flags, method, 0, 0, crc, len(data), size, len(name), 0)
    return b"PK\x03\x04" + common + name, b"PK\x01\x02\x14\x00" + common + struct.pack("<HHHI", 0, 0, 0, 0)


def _zip(members: Iterable[tuple[bytes, bytes, int]], *, count: int | None = None, flags: int = 0) -> bytes:
    body, directory, number = bytearray(), bytearray(), 0
    for name, data, size in members:
        local, line = _member(name, data, size, flags=flags)
        directory += line + struct.pack("<I", len(body)) + name
        body += local + data
        number += 1
    return bytes(body) + _directory(bytes(directory), len(body), number if count is None else count)


def _directory(lines: bytes, at: int, count: int) -> bytes:
    few = min(count, 0xFFFF)
    return lines + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, few, few, len(lines), at, 0)


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def _overlapping(chance: random.Random) -> bytes:
    """Many directory entries for one member."""
    data, count = TALK * 20_000, at_most(60_000, chance)
    deflated, crc = _deflated(data), zlib.crc32(data)
    local, _ = _member(b"one.txt", deflated, len(data))
    body, lines = local + deflated, bytearray()
    for n in range(count):
        name = b"%06d.txt" % n
        common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, crc, len(deflated), len(data), len(name), 0)
        lines += b"PK\x01\x02\x14\x00" + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    return body + _directory(bytes(lines), len(body), count)


def _quoted(chance: random.Random) -> bytes:
    """Members whose deflate streams quote the local headers of all that follow: each unpacks to nearly the whole."""
    count = at_most(8000, chance)
    kernel = _deflated(b"\0" * 30 * MIB)
    headers: list[bytes] = []
    rest = kernel
    for n in reversed(range(count)):
        name = b"%05d.txt" % n
        local, _ = _member(name, rest, 0)
        headers.append(local)
        # A stored block of deflate that holds the header of the member behind it.
        rest = b"\0" + struct.pack("<HH", len(local), len(local) ^ 0xFFFF) + local + rest if n else rest
    body, lines = bytearray(), bytearray()
    for n, local in enumerate(reversed(headers)):
        name = b"%05d.txt" % n
        if n:
            body += b"\0" + struct.pack("<HH", len(local), len(local) ^ 0xFFFF)
        common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, 0, 0x7FFFFFFF, 30 * MIB, len(name), 0)
        lines += b"PK\x01\x02\x14\x00" + common + struct.pack("<HHHII", 0, 0, 0, 0, len(body)) + name
        body += local
    body += kernel
    return bytes(body) + _directory(bytes(lines), len(body), count)


def _zips_in_zips(chance: random.Random) -> bytes:
    data = TALK
    for n in range(at_most(40, chance)):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{n}.zip" if n else "inner.txt", data)
        data = packed.getvalue()
    return data


def _fan(_: random.Random) -> bytes:
    """Sixteen zips in each of sixteen zips, and so on for six levels: 16 million texts of a MiB."""
    data, name = TALK * 16_000, "inner.txt"
    for n in range(6):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for m in range(16):
                archive.writestr(f"{m}-{name}", data)
        data, name = packed.getvalue(), f"{n}.zip"
    return data


def _zips() -> Iterator[Attack]:
    def made(name: str, body: Callable[[random.Random], bytes | Iterable[bytes]]) -> Attack:
        return _file(f"zip: {name}", "m-attack.zip", body)

    small = _deflated(TALK)
    yield made("members that overlap", _overlapping)
    yield made("members that quote each other", _quoted)
    yield made("zips in zips", _zips_in_zips)
    yield made("fan of zips in zips", _fan)
    yield made("members", lambda c: _zip((b"%d.txt" % n, small, len(TALK)) for n in range(at_most(60_000, c))))
    yield made("empty members", lambda c: _zip((b"%d/" % n, b"", 0) for n in range(at_most(60_000, c))))
    yield made("members of one name", lambda c: _zip([(b"a.txt", small, len(TALK))] * at_most(2000, c)))
    yield made(
        "length of names", lambda c: _zip((b"%060000d.txt" % n, small, len(TALK)) for n in range(at_most(300, c)))
    )
    yield made("depth of names", lambda c: _zip([(b"d/" * at_most(30_000, c) + b"a.txt", small, len(TALK))]))
    yield made("names outside", lambda _: _zip([(name, small, len(TALK)) for name in OUTSIDE]))
    yield made("declared size too small", lambda _: _zip([(b"a.txt", _deflated(TALK * 500_000), len(TALK))]))
    yield made("declared size too large", lambda _: _zip([(b"a.txt", small, 0xFFFFFFF0)]))
    yield made("declared members", lambda _: _zip([(b"a.txt", small, len(TALK))], count=0xFFFF))
    yield made("encrypted members", lambda _: _zip([(b"a.txt", small, len(TALK))], flags=1))
    yield made("ratio", lambda c: _zip([(b"a.txt", _deflated(b"\n" * at_most(400 * MIB, c)), 0)]))


LINKS = (b"1", b"2", b"3", b"4", b"6", b"7")
"""Types of members that are links, devices and pipes."""
OUTSIDE = (
    b"../attack-outside.txt",
    b"../../../../../../tmp/attack-outside.txt",
    b"/tmp/attack-outside.txt",
    b"C:\\attack-outside.txt",
    b"..\\..\\attack-outside.txt",
    b"a/../../attack-outside.txt",
    b"_run/state.sqlite",
    b"\x1b]0;attack\x07\x1b[2J.txt",
    b"nul\0.txt",
    b".",
    b"..",
)


def _tars() -> Iterator[Attack]:
    def made(name: str, body: Callable[[random.Random], bytes | Iterable[bytes]]) -> Attack:
        return _file(f"tar: {name}", "m-attack.tar", body)

    def entry(name: str, data: bytes = TALK, *, size: int | None = None, kind: bytes = tarfile.REGTYPE) -> bytes:
        header = tarfile.TarInfo(name)
        header.type = kind
        header.size = len(data) if size is None else size
        return header.tobuf(tarfile.GNU_FORMAT) + data + b"\0" * (-len(data) % 512)

    def pax(records: bytes, *, size: int | None = None) -> bytes:
        return entry("pax", records, size=size, kind=tarfile.XHDTYPE) + entry("a.txt")

    def record(key: str, value: str) -> bytes:
        rest = f" {key}={value}\n".encode()
        length = len(rest)
        while length != len(rest) + len(str(length)):
            length = len(rest) + len(str(length))
        return str(length).encode() + rest

    end = b"\0" * 1024
    yield made("declared size", lambda _: entry("a.txt", size=1 << 62) + end)
    yield made("declared size below zero", lambda _: _negative(entry("a.txt")) + end)
    yield made("sparse member of 8 EB", lambda _: _sparse() + end)
    yield made("sparse member by pax", lambda _: pax(
        b"".join(record(f"GNU.sparse.{key}", value) for key, value in SPARSE)) + end)  # fmt: skip
    yield made("pax header, declared size", lambda _: pax(b"", size=1 << 40) + end)
    yield made("pax header, size", lambda c: pax(record("comment", "x" * at_most(64 * MIB, c))) + end)
    yield made("pax header, records", lambda c: pax(
        b"".join(record(f"k{n}", "v") for n in range(at_most(200_000, c)))) + end)  # fmt: skip
    yield made("pax header, digits of a length", lambda c: pax(b"9" * at_most(MIB, c) + b" a=b\n") + end)
    yield made("pax header, size of a member", lambda _: pax(record("size", "9" * 4000)) + end)
    yield made("pax headers", lambda c: entry("p", record("a", "b"), kind=tarfile.XHDTYPE) * at_most(5000, c) + entry(
        "a.txt") + end)  # fmt: skip
    yield made("long names one after the other", lambda c: entry(
        "n", b"long\0", kind=tarfile.GNUTYPE_LONGNAME) * at_most(5000, c) + entry("a.txt") + end)  # fmt: skip
    yield made("length of a name", lambda c: entry(
        "n", b"n" * at_most(32 * MIB, c), kind=tarfile.GNUTYPE_LONGNAME) + entry("a.txt") + end)  # fmt: skip
    yield made("members", lambda c: b"".join(entry(f"{n}.bin", b"") for n in range(at_most(100_000, c))) + end)
    yield made("links and devices", lambda _: b"".join(
        entry(f"attack-{kind.decode()}.txt", b"", kind=kind) for kind in LINKS) + end)  # fmt: skip
    yield made("names outside", lambda _: b"".join(
        entry(name.decode("latin-1").replace("\0", "")) for name in OUTSIDE) + end)  # fmt: skip


SPARSE = (("major", "0"), ("minor", "1"), ("name", "a.txt"), ("size", str(1 << 60)), ("map", "0,64," * 20_000 + "0,64"))


def _negative(block: bytes) -> bytes:
    header = bytearray(block[:512])
    header[124:136] = b"\xff" * 12
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + block[512:]


def _sparse() -> bytes:
    header = bytearray(tarfile.TarInfo("a.txt").tobuf(tarfile.GNU_FORMAT))
    header[156:157] = tarfile.GNUTYPE_SPARSE
    header[124:136] = b"%011o\0" % len(TALK)
    header[386:410] = b"%011o\0" % 0 + b"%011o\0" % len(TALK)
    header[483:495] = b"\x80" + (1 << 62).to_bytes(11, "big")
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + TALK + b"\0" * (-len(TALK) % 512)


def _warcs() -> Iterator[Attack]:
    def record(body: bytes, *, length: int | None = None, more: bytes = b"", kind: bytes = b"response") -> bytes:
        size = len(body) if length is None else length
        return (
            b"WARC/1.0\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n"
            b"WARC-Date: 2020-01-01T00:00:00Z\r\nWARC-Target-URI: http://a.example/attack\r\n"
            b"Content-Type: application/http; msgtype=response\r\n%sContent-Length: %d\r\n\r\n%s\r\n\r\n"
            % (kind, more, size, body)
        )

    page = b"<html><body><p>Editor: Who lights the lamp?</p><p>Ines Tal: My aunt did.</p></body></html>"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    answer = head + b"\r\n" + page

    def made(name: str, body: Callable[[random.Random], bytes | Iterable[bytes]], suffix: str = ".warc") -> Attack:
        return _file(f"warc: {name}", f"m-attack{suffix}", body)

    def encoded(coding: bytes, body: bytes) -> bytes:
        return record(head + b"Content-Encoding: " + coding + b"\r\n\r\n" + body)

    bomb = gzip.compress(b"<p>lamp " * (12 * MIB))
    chunks = head + b"Transfer-Encoding: chunked\r\n\r\n"
    yield made("declared length", lambda _: record(answer, length=1 << 62))
    yield made(
        "digits of the length", lambda c: record(b"", more=b"Content-Length: " + b"9" * at_most(MIB, c) + b"\r\n")
    )
    yield made("headers", lambda c: record(answer, more=b"X-A: b\r\n" * at_most(500_000, c)))
    yield made("length of a header", lambda c: record(answer, more=b"X-A: " + b"b" * at_most(32 * MIB, c) + b"\r\n"))
    yield made("headers of an answer", lambda c: record(head + b"X: y\r\n" * at_most(500_000, c) + b"\r\n" + page))
    yield made("chunk of declared size", lambda _: record(chunks + b"f" * 4000 + b"\r\n" + page))
    yield made("chunks", lambda c: record(chunks + b"1\r\nx\r\n" * at_most(500_000, c) + b"0\r\n\r\n"))
    yield made("ratio of an answer", lambda _: encoded(b"gzip", bomb))
    yield made("answer compressed many times", lambda _: encoded(b"gzip, " * 50 + b"gzip", _nested(gzip.compress, 51)))
    yield made("codings of an answer", lambda c: encoded(b"gzip, " * at_most(100_000, c) + b"gzip", bomb[:100]))
    yield made("records", lambda c: record(b"", kind=b"metadata") * at_most(50_000, c))
    yield made("records that are bombs", lambda c: gzip.compress(record(b" " * 8 * MIB, kind=b"metadata")) * at_most(
        300, c), ".warc.gz")  # fmt: skip
    yield made("empty lines", lambda c: b"WARC/1.0\r\n" + b"\r\n" * at_most(8 * MIB, c))


PACKED: tuple[Attack, ...] = (*_streams(), *_zips(), *_tars(), *_warcs())
