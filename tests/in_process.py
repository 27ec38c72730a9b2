"""Runs of `pipeline run` in the process of the test, for tests of what a run does and not of its processes.

A run starts a process that reads and one or two that process documents. That takes most of the time of a small run, and
`tests/runs` tests it.
"""

import pytest
from runs.inline_executor import InlineExecutor
from runs.inline_reading import Reading

from pipeline.cli import run
from pipeline.runs.executors.engine import Engine


def inline_engine(workers: int | None = None) -> Engine:
    """Replaces `local_engine`."""
    return InlineExecutor().engine


@pytest.fixture
def run_in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes `main(["run", …])` read and process in this process."""
    monkeypatch.setattr(run, "ReadingProcess", Reading)
    monkeypatch.setattr(run, "begin_warmup", lambda size=0: None)
    monkeypatch.setattr(run, "local_engine", inline_engine)
