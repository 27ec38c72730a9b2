"""A file of lines made into a shard, by a process of its own, so that nobody waits for it to be packed."""

import os
import pickle
import signal
from collections.abc import Iterator
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pipeline.article import Article
from pipeline.compression import packed
from pipeline.errors import PipelineError
from pipeline.reading.attempt import parse
from pipeline.runs.places.bond import adopt, start, tie
from pipeline.runs.places.by_hand import digest_of
from pipeline.runs.places.depot import Depot
from pipeline.sinks.atomic import whole
from pipeline.sinks.parquet import Parquet

Form: TypeAlias = Literal["jsonl", "parquet"]

SUFFIXES: dict[Form, str] = {"jsonl": ".jsonl.zst", "parquet": ".parquet"}

PIECE = 1 << 20


def seal(lines: Path, target: Path, form: Form) -> None:
    """Writes the articles of a file of lines to `target`, which is there whole or not at all. Raises `OSError`."""
    if form == "parquet":
        Parquet().write(_articles(lines), target)
        return
    with lines.open("rb") as source, whole(target) as file, packed(file, target.name) as shard:
        # Always in the same pieces, whatever they were written in.
        while piece := source.read(PIECE):
            shard.write(piece)


def packed_to(depot: Depot, lines: Path, name: str, form: Form) -> bytes:
    """Packs a file of lines into a shard of a depot, and gives the hash of the shard."""
    target = depot.sealed_at(name)
    seal(lines, target, form)
    found = digest_of(target)
    depot.take_in(name)
    return found


def _articles(lines: Path) -> Iterator[Article]:
    with lines.open("rb") as source:
        for number, line in enumerate(source, 1):
            yield parse(line, f"{lines.name}:{number}")


class Sealing:
    """One shard that is being sealed; `lock` is that of the run."""

    def __init__(self, lines: Path, name: str, form: Form, depot: Depot, lock: Path | None = None) -> None:
        context: Any = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
        self._said, theirs = context.Pipe(duplex=False)
        self._process: BaseProcess = context.Process(
            target=_work, args=(theirs, lines, name, form, depot, lock, dict(os.environ)), daemon=True
        )
        start(self._process)
        theirs.close()

    def ended(self) -> bool:
        """Whether `wait` would not have to wait."""
        return not self._process.is_alive()

    def wait(self) -> bytes:
        """The hash of the shard, once it is at its place.

        Raises `OSError` and `PipelineError` where it cannot be written.
        """
        found: bytes = b""
        try:
            found, error = pickle.loads(self._said.recv_bytes())  # noqa: S301 -- from our process
        except EOFError:
            error = OSError(f"the process that packs a shard ended with exit code {self._ended_with()}")
        self._process.join()
        self._said.close()
        if error is not None:
            raise error
        return found

    def stop(self) -> None:
        """Ends it; nothing of the shard is left."""
        self._process.kill()
        self._process.join()
        self._said.close()

    def _ended_with(self) -> int | None:
        self._process.join()
        return self._process.exitcode


def _work(
    connection: Connection,
    lines: Path,
    name: str,
    form: Form,
    depot: Depot,
    lock: Path | None,
    environment: dict[str, str],
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not tie(lock):
        return
    adopt(environment)
    found, error = b"", None
    try:
        found = packed_to(depot, lines, name, form)
    except (OSError, PipelineError) as met:
        error = met
    connection.send_bytes(pickle.dumps((found, error)))
    connection.close()
