"""Articles back from what a run or an export wrote, typed and checked against the contract, one at a time."""

import os
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from pipeline.config.settings import Limits
from pipeline.errors import ContractError, UsageError
from pipeline.export.load import columnar, databases, json
from pipeline.export.load.decode import LoadResult, load_error
from pipeline.export.load.limits import DEFAULT_LIMITS
from pipeline.model.arguments import expect, expect_path
from pipeline.model.article import Article
from pipeline.storage import Access, Place, Remote, place
from pipeline.storage.faults import StoreError
from pipeline.storage.file_names import is_called

ARTICLE_SUFFIXES = (".json", ".jsonl", ".ndjson", ".jsonl.gz", ".jsonl.zst", ".parquet")
"""Ends of the names of files that are looked for in a folder. A file that is named itself may have any name."""

BINARY_SIGNATURES = {
    (0, b"PAR1"): columnar.parquet,
    (0, b"ARROW1"): columnar.arrow,
    (0, b"\xff\xff\xff\xff"): columnar.arrow_stream,
    (0, b"SQLite format 3\0"): databases.sqlite,
    (8, b"DUCK"): databases.duckdb,
}
"""What a file has at which byte, and what reads such a file; anything else is JSON."""
SIGNATURE_BYTES = 16


def read(path: str | Place, *, limits: Limits = DEFAULT_LIMITS, allow_private: bool = False) -> Iterator[Article]:
    """The Articles of a file or of a folder of files, in their order; `path` may be the URL of one.

    A file may be JSON (one article), JSON Lines (plain, gzip or Zstandard), Parquet, Arrow, SQLite or DuckDB; which, is
    told by its content. In a folder, files of JSON, JSON Lines and Parquet are read in the order of their names; names
    that begin with `_` or `.` are about the run and left out. Raises `UsageError` for a path that is not there,
    `ContractError`, naming document and field, for what is not as the contract promises or cannot be read. Warns of a
    file in a folder that is not called as the id of its article.

    The file may be somebody else's: `limits` say how long an article may be and how much a file may unpack to.
    `allow_private` allows URLs of this machine and its networks.
    """
    expect_path("read", "path", path, Remote)
    expect("read", "limits", limits, Limits, "a Limits of pipeline.config.settings")
    expect("read", "allow_private", allow_private, bool, "True or False")
    return _read(place(path, Access(allow_private=allow_private)) if isinstance(path, str) else path, limits)


def _read(path: str | Place, limits: Limits) -> Iterator[Article]:
    source = place(path)
    for name, article in load_each(source, limits):
        if isinstance(article, ContractError):
            raise article
        if misnamed := file_name_mismatch(source, name, article):
            warnings.warn(f"{name}: {misnamed}", stacklevel=3)
        yield article


def file_name_mismatch(source: Place, name: str, article: Article) -> str | None:
    """What to say of an article in a file of a folder that is not called as its id; None where all is well."""
    if not name.endswith(".json") or is_called(name, article.id) or not source.is_dir():
        return None
    return (
        f"the file name does not match the id of its article, {article.id!r}; another article may have been overwritten"
    )


def load_each(path: str | Place, limits: Limits = DEFAULT_LIMITS) -> Iterator[LoadResult]:
    """The same, one at a time, with the name of each and, for what is no article, what is wrong with it.

    A name is that of the file, with `:` and the line or row where a file holds several. One bad document hides no
    other, where the file can be read on behind it. Raises `UsageError` for a path that is not there.
    """
    source = place(path)
    if source.is_dir():
        names, faults = _listed(source)
        yield from (load_error(name, f"cannot be listed: {fault.strerror or fault}") for name, fault in faults)
        for name in names:
            yield from _file(source / name, name, limits)
    elif not source.exists():
        raise UsageError(f"{source} does not exist")
    else:
        yield from _file(source, source.name, limits)


def _file(source: Place, name: str, limits: Limits) -> Iterator[LoadResult]:
    try:
        with _opened(source) as file:
            # Not read but looked at: a pipe can be read only once.
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


def _opened(source: Place) -> BufferedReader:
    return cast("BufferedReader", source.open()) if isinstance(source, Remote) else source.open("rb")


def _on_disk(source: Place) -> AbstractContextManager[Path]:
    return source.on_disk() if isinstance(source, Remote) else nullcontext(source)


def is_single_article(source: Place) -> bool:
    """Whether a file is one article by its form, and not a table or lines of which there may be one."""
    with _opened(source) as file:
        head = file.peek(SIGNATURE_BYTES)
        binary = any(head.startswith(mark, at) for at, mark in BINARY_SIGNATURES)
        return not binary and not json.is_lines(cast("BinaryIO", file), head, source.name)


def article_file_names(folder: Place) -> list[str]:
    """The files of articles below a folder of output, by their names below it, sorted folder by folder."""
    return _listed(folder)[0]


def _listed(folder: Place) -> tuple[list[str], list[tuple[str, OSError]]]:
    """The same, and the folders below it that cannot be listed, with the reason."""
    faults: list[tuple[str, OSError]] = []
    if isinstance(folder, Remote):
        found = [entry.name for entry in folder.below()]
    else:
        found = []
        for name, fault in files_below(folder):
            if fault is None:
                found.append(name)
            else:
                faults.append((name, fault))
    names = (
        name
        for name in found
        if name.casefold().endswith(ARTICLE_SUFFIXES)
        and not any(part.startswith(("_", ".")) for part in name.split("/"))
    )
    return sorted(names, key=lambda name: name.split("/")), sorted(faults, key=lambda each: each[0])


def files_below(folder: Path) -> Iterator[tuple[str, OSError | None]]:
    """The files below `folder` by their names below it, and folders that cannot be listed, with the reason.

    Names that begin with `_` or `.` are about the run, and passed over with all that is in them. Links to files are
    files; links to folders are not followed. No order is kept, and no depth is too deep.
    """
    waiting = [""]
    while waiting:
        inner = waiting.pop()
        try:
            with os.scandir(folder / inner if inner else folder) as entries:
                found = list(entries)
        except OSError as error:
            yield inner or ".", error
            continue
        for entry in found:
            if entry.name.startswith(("_", ".")):
                continue
            name = f"{inner}/{entry.name}" if inner else entry.name
            if entry.is_dir(follow_symlinks=False):
                waiting.append(name)
            elif _is_file(entry):
                yield name, None


def _is_file(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_file()
    except OSError:
        # A link that leads nowhere, or to itself.
        return False
