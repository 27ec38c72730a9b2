"""A run commits outcomes while it waits for a document that takes long."""

from pathlib import Path

import pytest

from pipeline.runs.executors.engine import local_engine
from pipeline.runs.executors.process_pool import ProcessPool
from pipeline.runs.plan_items import DocumentSource
from pipeline.runs.run import run
from runs.callbacks import Callbacks
from runs.harmful_stages import job, records, remembered


def test_outcomes_are_committed_while_a_long_document_is_processed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A worker tells of a chunk when it is done.
    monkeypatch.setattr(ProcessPool, "chunk", 1)
    output = tmp_path / "output"
    kept = 0

    def wait() -> None:
        nonlocal kept
        if kept < 3:
            kept = remembered(output)
        else:
            (tmp_path / "open").touch()

    texts = ["Nets dry on the quay.", "Boats wait for the wind.", "RAISE", "GATE: the lock opens."]
    account = run(
        [DocumentSource("wire", lambda: iter(records(*texts)))],
        job(output, tmp_path),
        engine=local_engine(1),
        events=Callbacks(wait=wait),
    )
    assert kept == 3
    assert account.written == 3
