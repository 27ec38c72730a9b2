"""Exports articles as JSON: one file per article, or one article per line (JSON Lines)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

import msgspec

from pipeline.errors import UsageError
from pipeline.model.article import Article
from pipeline.storage.atomic import open_atomic, write_atomic
from pipeline.storage.compression import COMPRESSION_SUFFIXES, compressing
from pipeline.storage.file_names import FewNames, FileNames, file_name
from pipeline.storage.links import path_inside


def encode_article(article: Article) -> bytes:
    """The article as JSON for a file: UTF-8, indented by one space, so that `diff` shows single fields."""
    return indent_json(msgspec.json.encode(article))


def indent_json(line: bytes) -> bytes:
    """Indents the JSON of an article the same way."""
    return msgspec.json.format(line, indent=1) + b"\n"


def write_article(article: Article, folder: Path) -> Path:
    """Writes the article to a file in `folder`, completely or not at all, and returns its path. Raises `OSError`."""
    path = path_inside(folder, file_name(article.id))
    write_atomic(path, encode_article(article))
    return path


@dataclass(frozen=True)
class JsonExport:
    """A folder with one JSON file per article, as `pipeline run` writes it. Keeps files of other articles."""

    name: ClassVar = "json"
    suffixes: ClassVar[tuple[str, ...]] = ()
    protocol: ClassVar = 1

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes one file per article. Raises `UsageError` if `target` is a file or two articles have the same id."""
        write_folder(articles, target, ".json", encode_article)


@dataclass(frozen=True)
class JsonLinesExport:
    """JSON Lines: one article per line, compressed if the file name ends in `.gz` or `.zst`."""

    name: ClassVar = "jsonl"
    suffixes: ClassVar = (".jsonl", ".ndjson", *(f".jsonl{suffix}" for suffix in COMPRESSION_SUFFIXES))
    protocol: ClassVar = 1

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes all lines to one file."""
        with open_atomic(target) as file, compressing(file, target.name) as lines:
            self.stream(articles, lines)

    def stream(self, articles: Iterable[Article], file: BinaryIO) -> None:
        """Writes one line per article, in UTF-8, with LF line endings."""
        encoder = msgspec.json.Encoder()
        line = bytearray()
        for article in articles:
            encoder.encode_into(article, line)
            line += b"\n"
            file.write(line)


def write_folder(articles: Iterable[Article], folder: Path, suffix: str, encoded: Callable[[Article], bytes]) -> None:
    """Writes one file per article to `folder`; `encoded` returns its bytes.

    If a file system could treat the names of two ids as equal, the later file name gets a hash (see
    `pipeline.storage.file_names`). Raises `UsageError` if `folder` is a file or two articles have the same id.
    """
    if folder.is_file() or (not folder.exists() and folder.suffix == suffix):
        raise UsageError(f"{folder} is not a folder; give a folder, or another format with --to")
    ids, names = FewNames(), FewNames()
    file_names = FileNames(ids, names)
    for article in articles:
        if not ids.add(article.id):
            raise UsageError(f"two articles have the id {article.id!r}; ids must be unique")
        path = path_inside(folder, file_name(article.id, suffix, apart=file_names.take(article.id)))
        write_atomic(path, encoded(article))
