"""Runs of `pipeline run` in the process of the test, for tests of what a run does and not of its processes.

A run starts a process that reads, one or more that process documents, and one for each shard. That takes most of the
time of a small run; `tests/runs` tests these processes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from runs.inline_executor import InlineExecutor
from runs.inline_reading import Reading

from pipeline.cli import run
from pipeline.runs.executors.engine import Engine
from pipeline.runs.output import shard_store
from pipeline.runs.output.compress_shard import ShardFormat, compress_shard
from pipeline.runs.output.storage_backend import StorageBackend


def inline_engine(workers: int | None = None) -> Engine:
    """Replaces `local_engine`."""
    return InlineExecutor().engine


class InlineCompression:
    """Replaces `ShardCompression`: the shard is stored at once."""

    def __init__(self, lines: Path, name: str, form: ShardFormat, backend: StorageBackend, lock: Path | None) -> None:
        self._hash = compress_shard(backend, lines, name, form)

    def ended(self) -> bool:
        return True

    def wait(self) -> bytes:
        return self._hash

    def stop(self) -> None: ...


@contextmanager
def in_process() -> Iterator[None]:
    """Within it, `main(["run", …])` starts no process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "ReadingProcess", Reading)
        patch.setattr(run, "begin_warmup", lambda size=0: None)
        patch.setattr(run, "local_engine", inline_engine)
        patch.setattr(shard_store, "ShardCompression", InlineCompression)
        yield


@pytest.fixture
def run_in_process() -> Iterator[None]:
    """Makes `main(["run", …])` start no process in this test."""
    with in_process():
        yield
