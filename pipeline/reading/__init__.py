"""Articles back from what a run or an export wrote, typed and checked against the contract, one at a time."""

from collections.abc import Iterator
from pathlib import Path

from pipeline.article import Article
from pipeline.errors import ContractError, UsageError
from pipeline.reading import databases, lines, tables
from pipeline.reading.attempt import Attempt
from pipeline.reading.attempt import parse as parse

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


def read(path: str | Path) -> Iterator[Article]:
    """The Articles of a file or of a folder of files, in their order.

    A file may be JSON (one article), JSON Lines (plain, gzip or Zstandard), Parquet, Arrow, SQLite or DuckDB; which, is
    told by its content. In a folder, files of JSON, JSON Lines and Parquet are read in the order of their names; names
    that begin with `_` or `.` are about the run and left out. Raises `UsageError` for a path that is not there,
    `ContractError`, naming document and field, for what is not as the contract promises.
    """
    for _, article in attempts(path):
        if isinstance(article, ContractError):
            raise article
        yield article


def attempts(path: str | Path) -> Iterator[Attempt]:
    """The same, one at a time, with the name of each and, for what is no article, what is wrong with it.

    A name is that of the file, with `:` and the line or row where a file holds several. One bad document hides no
    other, where the file can be read on behind it. Raises `UsageError` for a path that is not there.
    """
    path = Path(path)
    if path.is_dir():
        for file in article_files(path):
            yield from _file(file, file.relative_to(path).as_posix())
    elif not path.exists():
        raise UsageError(f"{path} is not there")
    else:
        yield from _file(path, path.name)


def _file(path: Path, name: str) -> Iterator[Attempt]:
    with path.open("rb") as file:
        # Not read but looked at: a pipe can be read only once.
        head = file.peek(HEAD)
        for (at, mark), reader in BINARY.items():
            if head.startswith(mark, at):
                yield from reader(path, name)
                return
        yield from lines.articles(file, head, name)


def holds_one(path: Path) -> bool:
    """Whether a file is one article by its form, and not a table or lines of which there may be one."""
    with path.open("rb") as file:
        head = file.peek(HEAD)
        binary = any(head.startswith(mark, at) for at, mark in BINARY)
        return not binary and not lines.is_lines(file, head, path.name)


def article_files(folder: Path) -> list[Path]:
    """The files of articles below a folder of output, sorted."""
    return sorted(
        file
        for file in folder.rglob("*")
        if file.name.casefold().endswith(SHARDS)
        and not any(part.startswith(("_", ".")) for part in file.relative_to(folder).parts)
        and file.is_file()
    )
