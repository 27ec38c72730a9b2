"""The summary at the end of a run."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from untimed import untimed

import pipeline
from pipeline.cli.progress import Progress
from pipeline.cli.run_summary import summary
from pipeline.runs.article_counts import ArticleCounts
from pipeline.runs.counters import Counters
from pipeline.runs.outcome import Failure, Written

Captured = pytest.CaptureFixture[str]


@cache
def lamps() -> pipeline.Article:
    """An article of 17 kB."""
    return pipeline.process("The lamp is lit.\n" * 1_000, id="lamps", metadata=None)


def account(*, documents: int = 0, failed: int = 0) -> Counters:
    """Of so many small documents of one size, some of which failed."""
    made = Counters()
    article = lamps()
    for number in range(documents):
        made.count_read()
        if number < failed:
            made.count_outcome(Failure(f"n{number}", None, "is empty"))
        else:
            made.count_outcome(Written(1))
            made.content.add(ArticleCounts.of(article))
    return made


def printed_lines(capsys: Captured, **how: float | None) -> list[str]:
    summary(account(documents=20, failed=2), Path("out"), **how)  # type: ignore[arg-type]
    return capsys.readouterr().out.splitlines()


def test_summary_shows_the_time_if_known(capsys: Captured) -> None:
    plain, timed = printed_lines(capsys), printed_lines(capsys, seconds=0.1)
    assert [line for line in timed if line not in plain] == ["0.1 s, 3.1 MB/s, 200 documents a second"]
    assert [line for line in timed if line in plain] == plain
    assert timed[-1].startswith("articles: out/")


def test_summary_shows_time_and_workers(capsys: Captured) -> None:
    assert (
        printed_lines(capsys, seconds=372, workers=8)[-2]
        == "6 min 12 s with 8 workers, 1 kB/s, 0.054 documents a second"
    )
    assert printed_lines(capsys, seconds=41, workers=1)[-2] == "41 s with 1 worker, 7 kB/s, 0.49 documents a second"


@pytest.mark.parametrize(("seconds", "words"), [(0.0, "0.0 s"), (2.0, "2.0 s")])
def test_a_run_that_did_nothing_has_no_speed(capsys: Captured, seconds: float, words: str) -> None:
    summary(account(), Path("out"), seconds=seconds)
    assert capsys.readouterr().out.splitlines()[-2] == words


@pytest.mark.parametrize("seconds", [41, 372, 20_000, 200_000])
@pytest.mark.parametrize("documents", [0, 20])
def test_what_only_a_slow_machine_prints_can_be_removed(capsys: Captured, seconds: float, documents: int) -> None:
    """So that tests of the output pass on any machine."""
    summary(account(documents=documents), Path("out"))
    fast = capsys.readouterr().out
    summary(account(documents=documents), Path("out"), seconds=seconds, workers=2)
    clock = iter([0.0, 0.0, *([11.0] * 9)])
    with Progress(20, stream=sys.stdout, clock=lambda: next(clock)) as progress:
        progress.step(documents=1, failed=1, unchanged=0, bytes_read=1, bytes_done=1)
    slow = capsys.readouterr().out
    assert len(slow.splitlines()) == len(fast.splitlines()) + 2
    assert untimed(slow) == fast


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise there")
def test_a_reader_of_the_summary_who_has_gone_leaves_the_exit_code(raw: Path, output: Path) -> None:
    """`pipeline run raw | true`: all is well, so 0; rich would make it 1, as if a document had failed."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        command = [sys.executable, "-m", "pipeline", "run", str(raw), "-o", str(output)]
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, untimed(done.stderr)) == (0, "")
