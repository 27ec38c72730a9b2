"""A file of lines made into a shard, by a process of its own, so that nobody waits for it to be packed."""

import os
import pickle
import signal
import time
from collections.abc import Iterator
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pipeline.errors import PipelineError
from pipeline.export.load.decode import decode_article
from pipeline.export.parquet import ParquetExport
from pipeline.model.article import Article
from pipeline.runs.output.manual_edits import file_hash
from pipeline.runs.output.storage_backend import StorageBackend
from pipeline.runs.processes.bind_to_parent import StartError, bind_to_parent, start_process, use_environment
from pipeline.storage.atomic import open_atomic
from pipeline.storage.compression import compressing

ShardFormat: TypeAlias = Literal["jsonl", "parquet"]

SHARD_SUFFIXES: dict[ShardFormat, str] = {"jsonl": ".jsonl.zst", "parquet": ".parquet"}

COPY_BYTES = 1 << 20
MAX_COMPRESSION_TRIES = 5
"""How often a shard is packed anew when the process that packs it is killed or cannot be started."""
RETRY_SECONDS = 0.1
"""Seconds before the second try; each further try waits twice as long."""


def write_shard(lines: Path, target: Path, form: ShardFormat) -> None:
    """Writes the articles of a file of lines to `target`, which is there whole or not at all. Raises `OSError`."""
    if form == "parquet":
        ParquetExport().write(_articles(lines), target)
        return
    with lines.open("rb") as source, open_atomic(target) as file, compressing(file, target.name) as shard:
        # Always in the same pieces, whatever they were written in.
        while piece := source.read(COPY_BYTES):
            shard.write(piece)


def compress_shard(depot: StorageBackend, lines: Path, name: str, form: ShardFormat) -> bytes:
    """Packs a file of lines into a shard of a depot, and gives the hash of the shard."""
    target = depot.sealed_at(name)
    write_shard(lines, target, form)
    found = file_hash(target)
    depot.take_in(name)
    return found


def _articles(lines: Path) -> Iterator[Article]:
    with lines.open("rb") as source:
        for number, line in enumerate(source, 1):
            yield decode_article(line, f"{lines.name}:{number}")


class ShardCompression:
    """One shard that is being sealed; `lock` is that of the run."""

    def __init__(
        self, lines: Path, name: str, form: ShardFormat, depot: StorageBackend, lock: Path | None = None
    ) -> None:
        self._name = name
        self._work = (lines, name, form, depot, lock)
        self._tries = 0
        self._start()

    def _start(self) -> None:
        """Starts a process that packs the shard, after what one that was killed may have left of it."""
        context: Any = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
        while True:
            self._said, theirs = context.Pipe(duplex=False)
            process: BaseProcess = context.Process(
                target=_work, args=(theirs, *self._work, dict(os.environ)), daemon=True
            )
            try:
                start_process(process)
            except StartError as error:
                self._said.close()
                self._fail(f"could not be started: {error}")
            else:
                self._process = process
                return
            finally:
                theirs.close()

    def ended(self) -> bool:
        """Whether `wait` would not have to wait."""
        return not self._process.is_alive()

    def wait(self) -> bytes:
        """The hash of the shard, once it is at its place.

        Raises `OSError` and `PipelineError` where it cannot be written.
        """
        while True:
            try:
                said = self._said.recv_bytes()
                break
            except (EOFError, OSError):
                # It was killed before it had said how it went, or while it said it.
                self._process.join()
                self._said.close()
                self._fail(f"ended with exit code {self._process.exitcode}")
                self._start()
        found: bytes
        found, error = pickle.loads(said)  # noqa: S301 -- from our process
        self._process.join()
        self._said.close()
        if error is not None:
            raise error
        return found

    def _fail(self, why: str) -> None:
        self._tries += 1
        if self._tries >= MAX_COMPRESSION_TRIES:
            raise OSError(f"the process that packs {self._name} {why}, {MAX_COMPRESSION_TRIES} times")
        time.sleep(RETRY_SECONDS * 2 ** (self._tries - 1))

    def stop(self) -> None:
        """Ends it; nothing of the shard is left."""
        self._process.kill()
        self._process.join()
        self._said.close()


def _work(
    connection: Connection,
    lines: Path,
    name: str,
    form: ShardFormat,
    depot: StorageBackend,
    lock: Path | None,
    environment: dict[str, str],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not bind_to_parent(lock):
        return
    use_environment(environment)
    found, error = b"", None
    try:
        found = compress_shard(depot, lines, name, form)
    except (OSError, PipelineError) as met:
        error = met
    connection.send_bytes(pickle.dumps((found, error)))
    connection.close()
