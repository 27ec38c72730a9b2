"""Reads the articles of an earlier run from its shards, by their positions."""

import tempfile
from array import array
from collections.abc import Iterator
from errno import ENOSPC
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from pipeline.errors import ContractError, PipelineError
from pipeline.exporters.load.columnar import parquet
from pipeline.runs.output.article_writer import ARTICLE_ENCODER
from pipeline.runs.output.shard_names import is_published
from pipeline.runs.output.storage_backend import StorageBackend
from pipeline.runs.state_entries import DocumentEntry, ShardFile
from pipeline.storage.compression import decompressing

MAX_OPEN_SHARDS = 8
"""Shards that are kept open."""
MAX_COPIES = 200
"""Decompressed copies of shards that are kept."""


class ShardError(PipelineError):
    """A shard of an earlier run has changed; the message says what to do."""


class ShardLines:
    """The articles of an earlier run as lines. Asking for them in order is fast."""

    def __init__(self, backend: StorageBackend, run_folder: Path) -> None:
        self._backend = backend
        self._folder = run_folder
        self._shard_files: dict[int, ShardFile] = {}
        self._open: dict[int, tuple[Iterator[bytes], int]] = {}
        """For each open shard the remaining lines, and the number of the next one."""
        self._indexed: dict[int, tuple[BinaryIO, array[int]]] = {}
        """Shards that were not read in order: a decompressed copy of each, and the offsets at which its lines end."""

    def __contains__(self, number: int) -> bool:
        return number in self._shard_files

    def add(self, shard_file: ShardFile) -> None:
        """Adds a shard file, or updates its path."""
        self._shard_files[shard_file.number] = shard_file

    def line(self, entry: DocumentEntry) -> bytes:
        """Returns the article of a document. Raises `ShardError` if it is not there."""
        shard_file = self._shard_files[entry.shard_file]
        try:
            line = self._line(shard_file, entry.line)
        except (ContractError, ValueError, OSError) as error:
            if isinstance(error, OSError) and error.errno == ENOSPC:
                # The disk of the copy is full; the shard is fine.
                raise
            raise ShardError(f"{shard_file.path}: {error}; run again with --fresh") from error
        if len(line) != entry.size:
            raise ShardError(
                f"{shard_file.path} has changed: line {entry.line + 1} is not {entry.id!r}; run with --fresh"
            )
        return line

    def _line(self, shard_file: ShardFile, number: int) -> bytes:
        """Returns one line; empty if there are not so many."""
        if shard_file.number not in self._indexed:
            lines, next_number = self._open.pop(shard_file.number, (None, 0))
            if lines is None or next_number <= number:
                lines = self.lines(shard_file) if lines is None else lines
                line = next(islice(lines, number - next_number, None), b"")
                self._open[shard_file.number] = lines, number + 1
                if len(self._open) > MAX_OPEN_SHARDS:
                    self._open.pop(next(iter(self._open)))
                return line
            # To read the shard from its start for each line that comes before the last one would take hours.
            self._indexed[shard_file.number] = self._copy(shard_file)
            if len(self._indexed) > MAX_COPIES:
                self._indexed.pop(next(iter(self._indexed)))[0].close()
        copy, ends = self._indexed[shard_file.number]
        if number >= len(ends):
            return b""
        start = ends[number - 1] if number else 0
        copy.seek(start)
        return copy.read(ends[number] - start)

    def _copy(self, shard_file: ShardFile) -> tuple[BinaryIO, "array[int]"]:
        # The file has no name, so the system deletes it when this process ends.
        copy = cast("BinaryIO", tempfile.TemporaryFile(dir=self._folder))  # noqa: SIM115 -- see `close`
        ends = array("Q")
        for line in self.lines(shard_file):
            copy.write(line)
            ends.append(copy.tell())
        return copy, ends

    def first(self, shard_file: ShardFile, count: int) -> Iterator[bytes]:
        """Yields the first `count` articles of a shard. Raises `ShardError` if they cannot be read."""
        try:
            yield from islice(self.lines(shard_file), count)
        except (ContractError, ValueError) as error:
            raise ShardError(f"{shard_file.path}: {error}; run again with --fresh") from error

    def lines(self, shard_file: ShardFile) -> Iterator[bytes]:
        """Yields all articles of a shard."""
        if is_published(shard_file):
            path = self._backend.local_copy(shard_file.path)
        else:
            path = self._folder / shard_file.path
        if path.name.endswith(".parquet"):
            for _, article in parquet(path, path.name):
                if isinstance(article, ContractError):
                    raise article
                yield ARTICLE_ENCODER.encode(article) + b"\n"
            return
        with path.open("rb") as file, decompressing(file, file.peek(16)) as plain:
            yield from plain

    def close(self) -> None:
        """Closes all files."""
        self._open.clear()
        for copy, _ in self._indexed.values():
            copy.close()
        self._indexed.clear()
