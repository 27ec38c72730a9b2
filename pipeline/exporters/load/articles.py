"""Reads articles back from what a run or an export wrote, validated, one at a time."""

import os
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from pipeline.config.settings import Limits
from pipeline.errors import ContractError, UsageError
from pipeline.exporters.load import columnar, databases, json
from pipeline.exporters.load.decode import LoadResult, load_error
from pipeline.exporters.load.limits import DEFAULT_LIMITS
from pipeline.model.arguments import expect, expect_path
from pipeline.model.article import Article
from pipeline.storage import AnyPath, RemotePath, WebAccess, as_path
from pipeline.storage.errors import StoreError
from pipeline.storage.file_names import is_called

ARTICLE_SUFFIXES = (".json", ".jsonl", ".ndjson", ".jsonl.gz", ".jsonl.zst", ".parquet")
"""Suffixes of the files that are read from a folder. A file given by its path can have any name."""

BINARY_SIGNATURES = {
    (0, b"PAR1"): columnar.parquet,
    (0, b"ARROW1"): columnar.arrow,
    (0, b"\xff\xff\xff\xff"): columnar.arrow_stream,
    (0, b"SQLite format 3\0"): databases.sqlite,
    (8, b"DUCK"): databases.duckdb,
}
"""Offset and bytes that identify a binary format, and the function that reads it. All other files are JSON."""
SIGNATURE_BYTES = 16


def read(path: str | AnyPath, *, limits: Limits = DEFAULT_LIMITS, allow_private: bool = False) -> Iterator[Article]:
    """Yields the articles of a file or a folder, in order; `path` can be a URL.

    A file can be JSON (one article), JSON Lines (plain, gzip or Zstandard), Parquet, Arrow, SQLite or DuckDB. The
    format is detected by content. In a folder, JSON, JSON Lines and Parquet files are read in the order of their names,
    except names that start with `_` or `.`. Raises `UsageError` if the path does not exist, and `ContractError`, which
    names document and field, for an invalid article or a file that cannot be read. Warns if the name of a file does not
    match the id of its article.

    Files can be untrusted: `limits` bounds the length of an article and how much a file may decompress to.
    `allow_private` allows URLs that point to this machine or a private network.
    """
    expect_path("read", "path", path, RemotePath)
    expect("read", "limits", limits, Limits, "a Limits of pipeline.config.settings")
    expect("read", "allow_private", allow_private, bool, "True or False")
    return _read(as_path(path, WebAccess(allow_private=allow_private)) if isinstance(path, str) else path, limits)


def _read(path: str | AnyPath, limits: Limits) -> Iterator[Article]:
    source = as_path(path)
    for name, article in load_each(source, limits):
        if isinstance(article, ContractError):
            raise article
        if misnamed := file_name_mismatch(source, name, article):
            warnings.warn(f"{name}: {misnamed}", stacklevel=3)
        yield article


def file_name_mismatch(source: AnyPath, name: str, article: Article) -> str | None:
    """A warning if the name of an article file does not match the id of its article, or `None`."""
    if not name.endswith(".json") or is_called(name, article.id) or not source.is_dir():
        return None
    return (
        f"the file name does not match the id of its article, {article.id!r}; another article may have been overwritten"
    )


def load_each(path: str | AnyPath, limits: Limits = DEFAULT_LIMITS) -> Iterator[LoadResult]:
    """Yields the name of each record with its article, or with the error if it is not a valid article.

    A name is that of the file, with `:` and the line or row if the file has several. One invalid record does not hide
    others, as long as the file can be read past it. Raises `UsageError` if the path does not exist.
    """
    source = as_path(path)
    if source.is_dir():
        names, faults = _listed(source)
        yield from (load_error(name, f"cannot be listed: {fault.strerror or fault}") for name, fault in faults)
        for name in names:
            yield from _file(source / name, name, limits)
    elif not source.exists():
        raise UsageError(f"{source} does not exist")
    else:
        yield from _file(source, source.name, limits)


def _file(source: AnyPath, name: str, limits: Limits) -> Iterator[LoadResult]:
    try:
        with _opened(source) as file:
            # Peek, since a pipe can be read only once.
            head = file.peek(SIGNATURE_BYTES)
            for (at, mark), reader in BINARY_SIGNATURES.items():
                if head.startswith(mark, at):
                    with _on_disk(source) as path:
                        yield from reader(path, name, limits)
                    return
            yield from json.articles(cast("BinaryIO", file), head, name, limits)
    except StoreError as error:
        yield load_error(name, f"cannot be read: {error}")
    except OSError as error:
        yield load_error(name, f"cannot be read: {error.strerror or error}")


def _opened(source: AnyPath) -> BufferedReader:
    return cast("BufferedReader", source.open()) if isinstance(source, RemotePath) else source.open("rb")


def _on_disk(source: AnyPath) -> AbstractContextManager[Path]:
    return source.on_disk() if isinstance(source, RemotePath) else nullcontext(source)


def is_single_article(source: AnyPath) -> bool:
    """Whether a file is a single JSON article, as opposed to a table or JSON Lines."""
    with _opened(source) as file:
        head = file.peek(SIGNATURE_BYTES)
        binary = any(head.startswith(mark, at) for at, mark in BINARY_SIGNATURES)
        return not binary and not json.is_lines(cast("BinaryIO", file), head, source.name)


def article_file_names(folder: AnyPath) -> list[str]:
    """The article files in a folder and its subfolders, as relative paths, sorted folder by folder."""
    return _listed(folder)[0]


def _listed(folder: AnyPath) -> tuple[list[str], list[tuple[str, OSError]]]:
    """The article files, and the subfolders that cannot be listed, with the error."""
    faults: list[tuple[str, OSError]] = []
    if isinstance(folder, RemotePath):
        files = [entry.name for entry in folder.below()]
    else:
        files = []
        for name, fault in files_below(folder):
            if fault is None:
                files.append(name)
            else:
                faults.append((name, fault))
    names = (
        name
        for name in files
        if name.casefold().endswith(ARTICLE_SUFFIXES)
        and not any(part.startswith(("_", ".")) for part in name.split("/"))
    )
    return sorted(names, key=lambda name: name.split("/")), sorted(faults, key=lambda item: item[0])


def files_below(folder: Path) -> Iterator[tuple[str, OSError | None]]:
    """Yields the files below `folder` as relative paths, and subfolders that cannot be listed, with the error.

    Skips names that start with `_` or `.`. Links to files are files; links to folders are not followed. The order is
    undefined; the depth is not limited.
    """
    pending = [""]
    while pending:
        inner = pending.pop()
        try:
            with os.scandir(folder / inner if inner else folder) as entries:
                listed = list(entries)
        except OSError as error:
            yield inner or ".", error
            continue
        for entry in listed:
            if entry.name.startswith(("_", ".")):
                continue
            name = f"{inner}/{entry.name}" if inner else entry.name
            if entry.is_dir(follow_symlinks=False):
                pending.append(name)
            elif _is_file(entry):
                yield name, None


def _is_file(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_file()
    except OSError:
        # A broken link, or a link to itself.
        return False
