"""Articles back from what a run or an export wrote, typed and checked against the contract, one at a time."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from pipeline.arguments import expect_path
from pipeline.article import Article
from pipeline.errors import ContractError, UsageError
from pipeline.reading import databases, lines, tables
from pipeline.reading.attempt import Attempt, failed
from pipeline.reading.attempt import parse as parse
from pipeline.reading.files import below
from pipeline.reading.limits import LIMITS
from pipeline.settings import Limits
from pipeline.stores import Place, Remote, place
from pipeline.stores.faults import StoreError

SHARDS = (".json", ".jsonl", ".ndjson", ".jsonl.gz", ".jsonl.zst", ".parquet")
"""Ends of the names of files that are looked for in a folder. A file that is named itself may have any name."""

BINARY = {
    (0, b"PAR1"): tables.parquet,
    (0, b"ARROW1"): tables.arrow,
    (0, b"\xff\xff\xff\xff"): tables.arrow_stream,
    (0, b"SQLite format 3\0"): databases.sqlite,
    (8, b"DUCK"): databases.duckdb,
}
"""What a file has at which byte, and what reads such a file; anything else is JSON."""
HEAD = 16


def read(path: str | Place, *, limits: Limits = LIMITS) -> Iterator[Article]:
    """The Articles of a file or of a folder of files, in their order; `path` may be the URL of one.

    A file may be JSON (one article), JSON Lines (plain, gzip or Zstandard), Parquet, Arrow, SQLite or DuckDB; which, is
    told by its content. In a folder, files of JSON, JSON Lines and Parquet are read in the order of their names; names
    that begin with `_` or `.` are about the run and left out. Raises `UsageError` for a path that is not there,
    `ContractError`, naming document and field, for what is not as the contract promises or cannot be read.

    The file may be somebody else's: `limits` say how long an article may be and how much a file may unpack to.
    """
    expect_path("read", "path", path, Remote)
    return _read(path, limits)


def _read(path: str | Place, limits: Limits) -> Iterator[Article]:
    for _, article in attempts(path, limits):
        if isinstance(article, ContractError):
            raise article
        yield article


def attempts(path: str | Place, limits: Limits = LIMITS) -> Iterator[Attempt]:
    """The same, one at a time, with the name of each and, for what is no article, what is wrong with it.

    A name is that of the file, with `:` and the line or row where a file holds several. One bad document hides no
    other, where the file can be read on behind it. Raises `UsageError` for a path that is not there.
    """
    source = place(path)
    if source.is_dir():
        names, faults = _listed(source)
        yield from (failed(name, f"cannot be listed: {fault.strerror or fault}") for name, fault in faults)
        for name in names:
            yield from _file(source / name, name, limits)
    elif not source.exists():
        raise UsageError(f"{source} is not there")
    else:
        yield from _file(source, source.name, limits)


def _file(source: Place, name: str, limits: Limits) -> Iterator[Attempt]:
    try:
        with _opened(source) as file:
            # Not read but looked at: a pipe can be read only once.
            head = file.peek(HEAD)
            for (at, mark), reader in BINARY.items():
                if head.startswith(mark, at):
                    with _on_disk(source) as path:
                        yield from reader(path, name, limits)
                    return
            yield from lines.articles(cast("BinaryIO", file), head, name, limits)
    except StoreError as error:
        yield failed(name, f"cannot be read: {error}")
    except OSError as error:
        yield failed(name, f"cannot be read: {error.strerror or error}")


def _opened(source: Place) -> BufferedReader:
    return cast("BufferedReader", source.open()) if isinstance(source, Remote) else source.open("rb")


def _on_disk(source: Place) -> AbstractContextManager[Path]:
    return source.on_disk() if isinstance(source, Remote) else nullcontext(source)


def holds_one(source: Place) -> bool:
    """Whether a file is one article by its form, and not a table or lines of which there may be one."""
    with _opened(source) as file:
        head = file.peek(HEAD)
        binary = any(head.startswith(mark, at) for at, mark in BINARY)
        return not binary and not lines.is_lines(cast("BinaryIO", file), head, source.name)


def article_names(folder: Place) -> list[str]:
    """The files of articles below a folder of output, by their names below it, sorted folder by folder."""
    return _listed(folder)[0]


def _listed(folder: Place) -> tuple[list[str], list[tuple[str, OSError]]]:
    """The same, and the folders below it that cannot be listed, with the reason."""
    faults: list[tuple[str, OSError]] = []
    if isinstance(folder, Remote):
        found = [entry.name for entry in folder.below()]
    else:
        found = []
        for name, fault in below(folder):
            if fault is None:
                found.append(name)
            else:
                faults.append((name, fault))
    names = (
        name
        for name in found
        if name.casefold().endswith(SHARDS) and not any(part.startswith(("_", ".")) for part in name.split("/"))
    )
    return sorted(names, key=lambda name: name.split("/")), sorted(faults, key=lambda each: each[0])
