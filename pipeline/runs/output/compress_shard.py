"""Compresses a file of lines into a shard, in a process of its own, so that the run need not wait."""

import os
import pickle
import signal
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Literal, TypeAlias

from pipeline.errors import PipelineError
from pipeline.exporters.load.decode import decode_article
from pipeline.exporters.parquet import ParquetExport
from pipeline.model.article import Article
from pipeline.runs.output.manual_edits import file_hash
from pipeline.runs.output.storage_backend import StorageBackend
from pipeline.runs.processes.bind_to_parent import bind_to_parent, use_environment
from pipeline.runs.processes.start import StartError, process_context, start_process
from pipeline.storage.atomic import open_atomic
from pipeline.storage.compression import compressing

ShardFormat: TypeAlias = Literal["jsonl", "parquet"]

SHARD_SUFFIXES: dict[ShardFormat, str] = {"jsonl": ".jsonl.zst", "parquet": ".parquet"}

COPY_BYTES = 1 << 20
MAX_COMPRESSION_TRIES = 5
"""How often a shard is compressed again if the process is killed or cannot be started."""
COMPRESSION_RETRY_SECONDS = 0.1
"""Wait before the second try; doubled with each further try."""


def write_shard(lines: Path, target: Path, form: ShardFormat) -> None:
    """Writes the articles of a file of lines to `target`, completely or not at all. Raises `OSError`."""
    if form == "parquet":
        ParquetExport().write(_articles(lines), target)
        return
    with lines.open("rb") as source, open_atomic(target) as file, compressing(file, target.name) as shard:
        # Always in pieces of the same size, so that the same lines give the same bytes.
        while piece := source.read(COPY_BYTES):
            shard.write(piece)


def compress_shard(backend: StorageBackend, lines: Path, name: str, form: ShardFormat) -> bytes:
    """Compresses a file of lines, stores the shard and returns its hash."""
    target = backend.staging_path(name)
    write_shard(lines, target, form)
    shard_hash = file_hash(target)
    backend.publish(name)
    return shard_hash


def _articles(lines: Path) -> Iterator[Article]:
    with lines.open("rb") as source:
        for number, line in enumerate(source, 1):
            yield decode_article(line, f"{lines.name}:{number}")


class ShardCompression:
    """A shard that is being compressed. `lock` is the lock file of the run."""

    def __init__(
        self, lines: Path, name: str, form: ShardFormat, backend: StorageBackend, lock: Path | None = None
    ) -> None:
        self._name = name
        self._arguments = (lines, name, form, backend, lock)
        self._tries = 0
        self._start()

    def _start(self) -> None:
        """Starts the process. It overwrites what a killed one may have left."""
        context = process_context()
        while True:
            self._connection, child_connection = context.Pipe(duplex=False)
            process: BaseProcess = context.Process(
                target=_main, args=(child_connection, *self._arguments, dict(os.environ)), daemon=True
            )
            try:
                start_process(process)
            except StartError as error:
                self._connection.close()
                self._count_failure(f"could not be started: {error}")
            else:
                self._process = process
                return
            finally:
                child_connection.close()

    def ended(self) -> bool:
        """Whether `wait` returns at once."""
        return not self._process.is_alive()

    def wait(self) -> bytes:
        """Waits until the shard is stored and returns its hash.

        Raises `OSError` and `PipelineError` if it cannot be written.
        """
        while True:
            try:
                message = self._connection.recv_bytes()
                break
            except (EOFError, OSError):
                # It was killed before or while it sent its result.
                self._process.join()
                self._connection.close()
                self._count_failure(f"ended with exit code {self._process.exitcode}")
                self._start()
        shard_hash: bytes
        shard_hash, error = pickle.loads(message)  # noqa: S301 -- from our process
        self._process.join()
        self._connection.close()
        if error is not None:
            raise error
        return shard_hash

    def _count_failure(self, how: str) -> None:
        self._tries += 1
        if self._tries >= MAX_COMPRESSION_TRIES:
            raise OSError(f"the process that packs {self._name} {how}, {MAX_COMPRESSION_TRIES} times")
        time.sleep(COMPRESSION_RETRY_SECONDS * 2 ** (self._tries - 1))

    def stop(self) -> None:
        """Kills the process. Nothing of the shard is left."""
        self._process.kill()
        self._process.join()
        self._connection.close()


def _main(
    connection: Connection,
    lines: Path,
    name: str,
    form: ShardFormat,
    backend: StorageBackend,
    lock: Path | None,
    environment: dict[str, str],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not bind_to_parent(lock):
        return
    use_environment(environment)
    shard_hash, error = b"", None
    try:
        shard_hash = compress_shard(backend, lines, name, form)
    except (OSError, PipelineError) as raised:
        error = raised
    connection.send_bytes(pickle.dumps((shard_hash, error)))
    connection.close()
