"""JSON Lines: an article a line, compressed where the name of the file says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

import msgspec

from pipeline.model.article import Article
from pipeline.storage.atomic import whole
from pipeline.storage.compression import SUFFIXES, packed


@dataclass(frozen=True)
class JsonLines:
    """An article a line; `.jsonl.gz` and `.jsonl.zst` are compressed."""

    name: ClassVar = "jsonl"
    suffixes: ClassVar = (".jsonl", ".ndjson", *(f".jsonl{suffix}" for suffix in SUFFIXES))
    protocol: ClassVar = 1

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes all lines to one file."""
        with whole(target) as file, packed(file, target.name) as lines:
            self.stream(articles, lines)

    def stream(self, articles: Iterable[Article], file: BinaryIO) -> None:
        """Writes all lines, in UTF-8, each ended by a line feed."""
        encoder = msgspec.json.Encoder()
        line = bytearray()
        for article in articles:
            encoder.encode_into(article, line)
            line += b"\n"
            file.write(line)
