"""Files that hold one other file: gzip."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, cast

from pipeline.settings import Input
from pipeline.sources.blob import Blob
from pipeline.sources.reader import Claim, Found


@dataclass(frozen=True)
class Gzip:
    """gzip (RFC 1952), of one member or of many behind each other."""

    name: ClassVar = "gzip"
    protocol: ClassVar = 1

    def sniff(self, blob: Blob) -> Claim:
        """By its first bytes."""
        return Claim.CONTENT if blob.head.startswith(b"\x1f\x8b\x08") else Claim.NONE

    def read(self, blob: Blob, options: Input) -> Iterator[Found]:  # noqa: ARG002 -- limits come
        """What is in it."""
        stream = cast("BinaryIO", gzip.GzipFile(fileobj=blob.stream))
        yield Blob(blob.place.unpacked, stream, depth=blob.depth + 1, named=blob.named)
