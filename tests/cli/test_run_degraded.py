"""`pipeline run` with a failing finder: the document is written, counted and named, in this run and the next."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from installed import InstalledPackages
from ordeal import account, log_entries, tree

import pipeline
from pipeline.cli import main

pytestmark = pytest.mark.usefixtures("run_in_process")

CODE = (Path(__file__).parent.parent / "failing.py").read_text("utf-8")
RECIPE = 'recipe=["entities", "brittle", "languages", "frail"]'
WORDS = {"breaks": "BREAKS", "late": "RAISES LATER", "sound": "", "torn": "NO REPEAT"}
TEXT = "The tide clock\n\nMy sister winds the clock. {}\n"
FORMS = ["json", "jsonl", "parquet"]

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def work(tmp_path: Path, packages: InstalledPackages) -> Path:
    """A folder with documents in `raw`: one is sound, at one a repair fails, two become degraded articles."""
    packages.put("frail-stages", "0.7", "frail_stages", CODE, "frail", attribute="Frail")
    packages.put("brittle-stages", "1.1", "brittle_stages", CODE, "brittle", attribute="Brittle")
    (tmp_path / "raw").mkdir()
    for name, word in WORDS.items():
        (tmp_path / "raw" / f"{name}.txt").write_text(TEXT.format(word), "utf-8")
    return tmp_path


def go(work: Path, *more: str) -> int:
    return main(["run", str(work / "raw"), "-o", str(work / "out"), "--set", RECIPE, "--workers", "1", *more])


@pytest.mark.parametrize("form", FORMS)
def test_degraded_articles_are_written_counted_and_named(work: Path, capfd: Any, form: str) -> None:
    assert go(work, "--format", form) == 1
    breaks, late, torn = log_entries(work / "out")
    assert (breaks["document"], breaks["stage"], breaks["package"]) == ("breaks", "brittle", "brittle-stages 1.1")
    assert "kind" not in breaks
    assert (late["document"], late["stage"], late["package"]) == ("late", "frail", "frail-stages 0.7")
    assert late["kind"] == torn["kind"] == "degraded"
    assert late["reason"].startswith("raised ZeroDivisionError: division by zero (line ")
    assert late["reason"].endswith(" of frail_stages.py); the article is written without what this stage finds")
    assert (torn["document"], torn["stage"], torn["package"]) == ("torn", None, None)
    assert "'NO REPEAT' is called a repeat and is none" in torn["reason"]
    assert account(work / "out") == {
        "documents": 4, "written": 3, "failed": 1, "rejected": 0, "unchanged": 0, "degraded": 2,
    }  # fmt: skip
    said = capfd.readouterr()
    assert "2  degraded: a stage failed" in said.out
    assert "late: stage frail of frail-stages 0.7: raised ZeroDivisionError: division by zero (line " in said.err
    assert "torn: the article would be invalid: " in said.err
    assert main(["verify", str(work / "out")]) == 0


@pytest.mark.parametrize("form", FORMS)
def test_the_articles_themselves_say_that_they_are_degraded(work: Path, form: str) -> None:
    assert go(work, "-q", "--format", form) == 1
    articles = {article.id: article for article in pipeline.read(work / "out")}
    assert {name: [note.rule for note in article.failures] for name, article in articles.items()} == {
        "late": ["stage.failed"], "sound": [], "torn": ["article.invalid"],
    }  # fmt: skip
    assert articles["late"].failures[0].message.startswith("stage frail of frail-stages 0.7: raised ZeroDivisionError")
    assert {note.severity for article in articles.values() for note in article.failures} == {"error"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("touched", [False, True], ids=["not read again", "read again"])
def test_unchanged_degraded_articles_are_reported_again(work: Path, form: str, touched: bool, capfd: Any) -> None:
    assert go(work, "-q", "--format", form) == 1
    first, said = tree(work / "out"), capfd.readouterr().err
    if touched:
        for path in (work / "raw").iterdir():
            os.utime(path, (1, 1))
    assert go(work, "-q", "--format", form) == 1
    assert tree(work / "out") == first
    assert capfd.readouterr().err == said
    assert account(work / "out") == {
        "documents": 4, "written": 0, "failed": 1, "rejected": 0, "unchanged": 3, "degraded": 2,
    }  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_degraded_articles_are_retried_on_request(work: Path, form: str) -> None:
    assert go(work, "-q", "--format", form) == 1
    first = tree(work / "out")
    assert go(work, "-q", "--format", form, "--retry-failed") == 1
    assert tree(work / "out") == first
    assert account(work / "out") == {
        "documents": 4, "written": 2, "failed": 1, "rejected": 0, "unchanged": 1, "degraded": 2,
    }  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_fixed_articles_are_no_longer_named(work: Path, form: str) -> None:
    assert go(work, "-q", "--format", form) == 1
    for name in ("breaks", "late", "torn"):
        (work / "raw" / f"{name}.txt").write_text(TEXT.format("All is well."), "utf-8")
    assert go(work, "-q", "--format", form) == 0
    assert log_entries(work / "out") == []
    assert [article.failures for article in pipeline.read(work / "out")] == [()] * 4


def test_degraded_articles_alone_end_a_run_with_1(work: Path) -> None:
    (work / "raw" / "breaks.txt").unlink()
    assert go(work, "-q") == 1
    assert account(work / "out")["failed"] == 0
    assert go(work, "-q") == 1


def test_a_dry_run_counts_them(work: Path, capsys: Captured) -> None:
    assert go(work, "--dry-run", "--json") == 1
    told_ = json.loads(capsys.readouterr().out)
    assert told_["documents"] == {
        "documents": 4,
        "would_be_written": 3,
        "failed": 1,
        "rejected": 0,
        "degraded": 2,
        "without_exchange": 3,
        "with_warnings": 2,
    }
    assert [(entry["document"], entry.get("kind")) for entry in told_["failures"]] == [
        ("breaks", None), ("late", "degraded"), ("torn", "degraded"),
    ]  # fmt: skip


def test_dry_run_names_degraded_articles(work: Path, capsys: Captured) -> None:
    assert go(work, "--dry-run") == 1
    said = capsys.readouterr()
    assert "2  degraded: a stage failed" in said.out
    assert "late: stage frail of frail-stages 0.7: raised ZeroDivisionError: division by zero (line " in said.err
