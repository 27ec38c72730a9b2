"""A folder with a JSON file per article. A file is there whole or not at all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

import msgspec

from pipeline.errors import UsageError
from pipeline.model.article import Article
from pipeline.storage.atomic import replace, whole
from pipeline.storage.compression import SUFFIXES, packed
from pipeline.storage.file_names import FewNames, FileNames, file_name
from pipeline.storage.links import inside


def encode_article(article: Article) -> bytes:
    """The article's JSON as it lies in a file: UTF-8, indented by one blank so that a difference shows by field."""
    return indent_json(msgspec.json.encode(article))


def indent_json(line: bytes) -> bytes:
    """The same from the article's JSON on one line."""
    return msgspec.json.format(line, indent=1) + b"\n"


def write_article(article: Article, folder: Path) -> Path:
    """Writes the article below `folder` and gives its path. Raises `OSError`, and then nothing is half written."""
    path = inside(folder, file_name(article.id))
    replace(path, encode_article(article))
    return path


@dataclass(frozen=True)
class JsonExport:
    """A folder with a JSON file per article, as `pipeline run` writes it; files of other articles stay there."""

    name: ClassVar = "json"
    suffixes: ClassVar[tuple[str, ...]] = ()
    protocol: ClassVar = 1

    def write(self, articles: Iterable[Article], target: Path) -> None:
        """Writes each below `target`. Raises `UsageError` where `target` is a file, or an id comes twice."""
        write_folder(articles, target, ".json", encode_article)


@dataclass(frozen=True)
class JsonLinesExport:
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


def write_folder(articles: Iterable[Article], folder: Path, suffix: str, encoded: Callable[[Article], bytes]) -> None:
    """Writes a file per article below `folder`, its bytes as `encoded` gives them.

    Where two ids have names that some file system takes for one, the later one gets a hash (`file_names`). Raises
    `UsageError` where `folder` is a file, or two articles have one id and would lie in one file.
    """
    if folder.is_file() or (not folder.exists() and folder.suffix == suffix):
        raise UsageError(f"{folder} is not a folder; give a folder, or another format with --to")
    ids, names = FewNames(), FewNames()
    file_names = FileNames(ids, names)
    for article in articles:
        if not ids.add(article.id):
            raise UsageError(f"two articles have the id {article.id!r}; ids must be unique")
        path = inside(folder, file_name(article.id, suffix, apart=file_names.take(article.id)))
        replace(path, encoded(article))
