"""Reads files that hold one compressed file: gzip, zstd, xz and bzip2."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, BinaryIO, ClassVar, cast

from msgspec import Meta

from pipeline.config.settings import Input
from pipeline.readers.archives.unpacking import Compression, Decoder, Unpacked
from pipeline.readers.byte_source import ByteSource
from pipeline.readers.reader import Claim, ReaderItem

ZSTD = b"\x28\xb5\x2f\xfd"
SKIPPABLE = b"\x2a\x4d\x18"
"""After a byte from 50 to 5F, starts a skippable frame, which contains no data; LZ4 has them, too."""
BZIP2_BLOCKS = (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90")
"""What follows `BZh` and a digit: a block, or the end of an empty file."""


@dataclass(frozen=True)
class GzipReader:
    """Reads gzip (RFC 1952), with one or more members."""

    name: ClassVar = "gzip"
    protocol: ClassVar = 1

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the first bytes."""
        return Claim.CONTENT if source.head.startswith(b"\x1f\x8b\x08") else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:  # noqa: ARG002 -- the source knows its limits
        """Yields the decompressed file."""
        yield content(source, gzip())


@dataclass(frozen=True)
class ZstdReader:
    """Reads Zstandard (RFC 8878), with one or more frames; skippable frames are skipped."""

    name: ClassVar = "zstd"
    protocol: ClassVar = 1

    window: Annotated[
        int,
        Meta(ge=10, le=31, description="Memory for the window of a frame, as a power of 2; `zstd --long=31` wants 31."),
    ] = 27

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the first bytes, or those after a skippable frame, as `pzstd` writes it."""
        head = source.head
        if head.startswith(SKIPPABLE, 1) and head[0] >> 4 == 5:
            head = head[8 + int.from_bytes(head[4:8], "little") :] or (
                ZSTD if source.suffix in {".zst", ".tzst"} else b""
            )
        return Claim.CONTENT if head.startswith(ZSTD) else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:  # noqa: ARG002 -- the source knows its limits
        """Yields the decompressed file."""
        yield content(source, zstd(self.window))


@dataclass(frozen=True)
class XzReader:
    """Reads xz, with one or more streams."""

    name: ClassVar = "xz"
    protocol: ClassVar = 1

    memory: Annotated[int, Meta(ge=1, description="The most bytes of memory that unpacking may take.")] = 1 << 28

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the first bytes."""
        return Claim.CONTENT if source.head.startswith(b"\xfd7zXZ\x00") else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:  # noqa: ARG002 -- the source knows its limits
        """Yields the decompressed file."""
        yield content(source, xz(self.memory))


@dataclass(frozen=True)
class Bzip2Reader:
    """Reads bzip2, with one or more streams, as `pbzip2` writes them."""

    name: ClassVar = "bzip2"
    protocol: ClassVar = 1

    def sniff(self, source: ByteSource) -> Claim:
        """Claims by the first bytes and those of the first block, because a text may begin with `BZh1`."""
        begins = source.head.startswith(b"BZh") and source.head[3:4] in b"123456789"
        return Claim.CONTENT if begins and source.head.startswith(BZIP2_BLOCKS, 4) else Claim.NONE

    def read(self, source: ByteSource, options: Input) -> Iterator[ReaderItem]:  # noqa: ARG002 -- the source knows its limits
        """Yields the decompressed file."""
        yield content(source, bzip2())


def content(source: ByteSource, compression: Compression) -> ByteSource:
    """The source inside a compressed file. It counts as named if the file is."""
    stream = Unpacked(source.packed, compression, source.budget)
    return source.inner(source.location.unpacked, cast("BinaryIO", stream), named=source.named)


def gzip() -> Compression:
    """gzip; NULs after a member fill a block of a tape or disk."""
    return Compression("gzip", lambda: Inflater(zlib.MAX_WBITS | 16), (zlib.error,), padding=True)


def zstd(window: int) -> Compression:
    """Zstandard with a window of at most two to the power of `window` bytes."""
    import sys

    if sys.version_info >= (3, 14):
        from compression.zstd import DecompressionParameter, ZstdDecompressor, ZstdError
    else:
        from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

    def fresh() -> Decoder:
        return ZstdDecompressor(options={DecompressionParameter.window_log_max: window})

    def hint(decoder_message: str) -> str | None:
        if "too much memory" not in decoder_message:
            return None
        return f"its zstd window is over the limit of {1 << window:,} bytes; raise [sources.zstd] window up to 31"

    return Compression("zstd", fresh, (ZstdError,), hint=hint)


def xz(memory: int) -> Compression:
    """The format of xz-utils; decompression may use `memory` bytes. NULs after a stream are part of the format."""
    import lzma

    def fresh() -> Decoder:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=memory)

    def hint(decoder_message: str) -> str | None:
        if "Memory usage" not in decoder_message:
            return None
        return f"needs more than {memory:,} bytes of memory to unpack; raise [sources.xz] memory"

    return Compression("xz", fresh, (lzma.LZMAError,), padding=True, hint=hint)


def bzip2() -> Compression:
    """bzip2; its decoder raises `OSError`."""
    import bz2

    return Compression("bzip2", bz2.BZ2Decompressor, ())


class Inflater:
    """Adapts zlib's decoder to `Decoder`. `bits` selects the container format, see `zlib.decompressobj`."""

    def __init__(self, bits: int) -> None:
        self._decoder = zlib.decompressobj(bits)
        self._rest = b""

    @property
    def eof(self) -> bool:
        """Whether the data has ended."""
        return self._decoder.eof

    @property
    def needs_input(self) -> bool:
        """Whether all input was consumed."""
        return not self._rest and not self._decoder.eof

    @property
    def unused_data(self) -> bytes:
        """Input after the end of the data."""
        return self._decoder.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Returns up to `max_length` decompressed bytes. Raises `zlib.error`."""
        piece = self._decoder.decompress(self._rest + data if self._rest else data, max_length)
        self._rest = self._decoder.unconsumed_tail
        return piece
