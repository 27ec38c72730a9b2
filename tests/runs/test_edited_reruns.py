"""Edited articles whose sources or settings change as well."""

import json
from typing import Any

import pytest
from failing import Frail

from pipeline import Pipeline
from runs.article_edits import GUARDED, OTHER, forget, sound
from runs.test_plan import ALL, Runs
from runs.test_plan import runs as runs  # noqa: PLC0414 -- a fixture

FRAIL = Pipeline(stages=["entities", "languages", Frail()])


def kinds(runs: Runs) -> dict[str, str]:
    """Returns the kind of each entry in `failures.jsonl`, by document; checks that the counters add up."""
    documents = json.loads((runs.output / "_run" / "run.json").read_text("utf-8"))["documents"]
    degraded = documents.get("degraded", 0)
    assert documents["documents"] == sum(documents.values()) - documents["documents"] - degraded
    found = [json.loads(line) for line in (runs.output / "_run" / "failures.jsonl").read_text("utf-8").splitlines()]
    assert sum(entry.get("kind") == "edited" for entry in found) == documents.get("edited", 0)
    assert sum(entry.get("kind") == "degraded" for entry in found) == degraded
    assert degraded <= documents["written"] + documents["unchanged"]
    return {entry["document"]: entry.get("kind", "failed") for entry in found}


def test_an_edit_that_is_undone_does_not_hide_that_the_source_has_changed(runs: Runs) -> None:
    assert runs.run() == ALL
    article = runs.output / "b.json"
    before = article.read_bytes()
    sound(article)
    runs.table("dump.jsonl", a="One boat.", b="Two ships.", c="Three boats.")
    assert runs.run() == []
    assert kinds(runs) == {"b": "edited"}
    article.write_bytes(before)
    assert runs.run() == ["b"]
    assert kinds(runs) == {}
    assert "Two ships." in article.read_text("utf-8")


def test_an_edit_that_is_undone_does_not_hide_other_settings(runs: Runs) -> None:
    assert runs.run() == ALL
    article = runs.output / "b.json"
    before = article.read_bytes()
    sound(article)
    runs.run(OTHER)
    article.write_bytes(before)
    assert runs.run(OTHER) == ["b"]
    assert article.read_bytes() != before


def test_an_edit_that_is_undone_does_not_hide_that_its_document_is_turned_down(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Edited during the run, so that the run finds it only when it would delete the article."""
    runs.table("dump.jsonl", a="One wide boat.", b="Two boats.", c="Three boats.")
    runs.run(GUARDED)
    article = runs.output / "b.json"
    before = article.read_bytes()
    runs.table("dump.jsonl", a="One wide boat.", b="None.", c="Three boats.")
    process = Pipeline.process

    def slow(made: Pipeline, *arguments: Any, **named: Any) -> Any:
        sound(article)
        return process(made, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Pipeline, "process", slow)
        assert runs.run(GUARDED) == ["b"]
    assert kinds(runs) == {"b": "edited"}
    article.write_bytes(before)
    assert runs.run(GUARDED) == ["b"]
    assert not article.exists()
    assert runs.account.rejected == 1


def test_an_edit_that_is_undone_does_not_hide_that_an_article_is_degraded(runs: Runs) -> None:
    runs.table("dump.jsonl", b="Two boats. RAISES AT ONCE")
    assert runs.run(FRAIL) == ["b", "quay", "wire/pier"]
    assert kinds(runs) == {"b": "degraded"}
    article = runs.output / "b.json"
    before = article.read_bytes()
    sound(article)
    forget(runs)
    assert runs.run(FRAIL) == ["b", "quay", "wire/pier"]
    assert kinds(runs) == {"b": "edited"}
    article.write_bytes(before)
    assert runs.run(FRAIL) == []
    assert kinds(runs) == {"b": "degraded"}


@pytest.mark.parametrize("chosen", [{}, {"retry_failed": True}, {"fresh": True}, {"check_hash": True}])
def test_an_edited_degraded_article_is_kept(runs: Runs, chosen: dict[str, Any]) -> None:
    runs.table("dump.jsonl", b="Two boats. RAISES AT ONCE", c="Three boats. RAISES AT ONCE")
    runs.run(FRAIL)
    article = runs.output / "b.json"
    before = article.read_bytes()
    data = sound(article)
    for _ in range(2):
        runs.run(FRAIL, **chosen)
        assert article.read_bytes() == data
        assert kinds(runs) == {"b": "edited", "c": "degraded"}
    runs.run(FRAIL, **{**chosen, "overwrite_edited": True})
    assert article.read_bytes() == before
    assert kinds(runs) == {"b": "degraded", "c": "degraded"}


def test_edited_articles_count_towards_first(runs: Runs) -> None:
    runs.run()
    data = sound(runs.output / "b.json")
    runs.run(first=2)
    assert kinds(runs) == {"b": "edited"}
    assert runs.account.totals.documents == 2
    runs.run(first=1)
    assert kinds(runs) == {}
    runs.run()
    assert kinds(runs) == {"b": "edited"}
    assert (runs.output / "b.json").read_bytes() == data


def test_an_edited_article_is_kept_if_its_source_is_deleted_and_restored(runs: Runs) -> None:
    runs.run()
    data = sound(runs.output / "b.json")
    runs.table("dump.jsonl", a="One boat.", b="Two ships.", c="Three boats.")
    runs.run()
    (runs.raw / "dump.jsonl").unlink()
    runs.run()
    assert (runs.output / "b.json").read_bytes() == data
    assert kinds(runs) == {}
    runs.table("dump.jsonl", a="One boat.", b="Two ships.", c="Three boats.")
    runs.run()
    assert kinds(runs) == {"b": "edited"}
    assert (runs.output / "b.json").read_bytes() == data


def test_a_file_with_the_name_of_a_rejected_document_is_kept(runs: Runs) -> None:
    runs.table("dump.jsonl", a="One wide boat.", b="None.", c="Three boats.")
    runs.run(GUARDED)
    (runs.output / "b.json").write_text("mine", "utf-8")
    runs.run(GUARDED)
    assert (runs.output / "b.json").read_text("utf-8") == "mine"
    runs.table("dump.jsonl", a="One wide boat.", b="Some longer text.", c="Three boats.")
    runs.run(GUARDED)
    assert (runs.output / "b.json").read_text("utf-8") == "mine"
    assert kinds(runs) == {"b": "edited"}
