"""After a kill, edited articles are distinguished from those that the killed run had just written."""

from pathlib import Path

import pytest

from runs.article_edits import EDITS, GUARDED, Edit, broken, interrupted, kept, longer, reformatted, same_length, sound
from runs.article_edits import article as article  # noqa: PLC0414 -- a fixture
from runs.article_edits import guarded as guarded  # noqa: PLC0414 -- a fixture
from runs.test_plan import Runs
from runs.test_plan import runs as runs  # noqa: PLC0414 -- a fixture


def test_articles_of_a_killed_run_are_not_edits(runs: Runs, article: Path, tmp_path: Path) -> None:
    first, output = article.read_bytes(), runs.output
    runs.table("dump.jsonl", a="One boat.", b="Two ships.", c="Three boats.")
    runs.output = tmp_path / "elsewhere"
    runs.run()
    second, runs.output = (runs.output / "b.json").read_bytes(), output
    assert second != first
    for lies_there in (first, second):
        for text in ("Two boats.", "Two ships.", "Two rafts."):
            runs.table("dump.jsonl", a="One boat.", b="Two boats.", c="Three boats.")
            runs.run()
            interrupted(runs, "b")
            article.write_bytes(lies_there)
            runs.table("dump.jsonl", a="One boat.", b=text, c="Three boats.")
            assert "b" in runs.run()
            assert runs.failures == []
            assert text in article.read_text("utf-8")


def test_an_article_of_a_killed_run_is_deleted_if_its_document_is_now_rejected(
    runs: Runs, guarded: Path, tmp_path: Path
) -> None:
    output, runs.output = runs.output, tmp_path / "elsewhere"
    runs.table("dump.jsonl", a="One wide boat.", b="A hundred boats.", c="Three boats.")
    runs.run(GUARDED)
    data, runs.output = (runs.output / "b.json").read_bytes(), output
    interrupted(runs, "b")
    guarded.write_bytes(data)
    runs.table("dump.jsonl", a="One wide boat.", b="None.", c="Three boats.")
    assert runs.run(GUARDED) == ["b"]
    assert (runs.account.rejected, runs.account.edited) == (1, 0)
    assert not guarded.exists()


@pytest.mark.parametrize("edit", [same_length, longer, reformatted, broken])
def test_an_edit_after_a_kill_is_kept_if_its_document_is_now_rejected(runs: Runs, guarded: Path, edit: Edit) -> None:
    interrupted(runs, "b")
    data = edit(guarded)
    assert runs.run(GUARDED) == ["b"]
    kept(runs, guarded, data)
    assert runs.run(GUARDED) == []
    kept(runs, guarded, data)


def test_a_valid_edit_after_a_kill_is_kept_if_the_source_is_unchanged(runs: Runs, article: Path) -> None:
    interrupted(runs, "b")
    data = sound(article)
    assert runs.run() == ["b"]
    kept(runs, article, data)


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_after_a_kill_is_kept_whatever_the_source(runs: Runs, article: Path, edit: Edit) -> None:
    """Whether the killed run had replaced the article or not, the write log distinguishes its work from the edit."""
    interrupted(runs, "b", b"another article")
    data = edit(article)
    for text in ("Two boats.", "Two ships.", "Two rafts."):
        runs.table("dump.jsonl", a="One boat.", b=text, c="Three boats.")
        assert "b" not in runs.run()
        kept(runs, article, data)


def test_logged_articles_of_a_killed_run_are_not_edits(runs: Runs, article: Path, tmp_path: Path) -> None:
    """Even if its source has changed again, and the next run is killed as well."""
    output, runs.output = runs.output, tmp_path / "elsewhere"
    runs.table("dump.jsonl", a="One boat.", b="Two ships.", c="Three boats.")
    runs.run()
    wrote, runs.output = (runs.output / "b.json").read_bytes(), output
    for text in ("Two ships.", "Two boats.", "Two rafts."):
        interrupted(runs, "b", b"another article", wrote)
        article.write_bytes(wrote)
        runs.table("dump.jsonl", a="One boat.", b=text, c="Three boats.")
        assert "b" in runs.run()
        assert runs.failures == []
        assert text in article.read_text("utf-8")
