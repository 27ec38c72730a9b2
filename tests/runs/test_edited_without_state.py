"""Edited articles are kept even if the state of the run was deleted, or was written by an earlier version."""

import json
from pathlib import Path

import msgspec
import pytest

from runs.article_edits import EDITS, OTHER, Edit, broken, forget, kept, longer, older, reformatted, same_length, sound
from runs.article_edits import article as article  # noqa: PLC0414 -- a fixture
from runs.test_plan import ALL, Runs
from runs.test_plan import runs as runs  # noqa: PLC0414 -- a fixture


@pytest.mark.parametrize("edit", EDITS)
def test_without_a_state_an_edit_is_kept_because_its_bytes_differ(runs: Runs, article: Path, edit: Edit) -> None:
    data = edit(article)
    forget(runs)
    assert runs.run() == ALL
    kept(runs, article, data)
    # Now it is known what belongs there.
    assert runs.run() == []
    kept(runs, article, data)
    assert runs.run(OTHER) == ["a", "c", "quay", "wire/pier"]
    kept(runs, article, data)


@pytest.mark.parametrize("edit", [same_length, longer, reformatted, broken])
def test_without_a_state_an_evident_edit_is_kept_under_other_settings(runs: Runs, article: Path, edit: Edit) -> None:
    data = edit(article)
    forget(runs)
    assert runs.run(OTHER) == ALL
    kept(runs, article, data)


def test_without_a_state_an_unedited_article_is_replaced_under_other_settings(runs: Runs, article: Path) -> None:
    before = article.read_bytes()
    forget(runs)
    assert runs.run(OTHER) == ALL
    assert runs.failures == []
    assert article.read_bytes() != before


def test_without_a_state_edited_metadata_are_kept(runs: Runs, article: Path) -> None:
    document = json.loads(article.read_text("utf-8"))
    document["metadata"].append({"key": "seen", "value": "by hand"})
    article.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")
    data = article.read_bytes()
    forget(runs)
    runs.run()
    kept(runs, article, data)


def test_without_a_state_overwrite_edited_replaces_an_edited_article(runs: Runs, article: Path) -> None:
    before = article.read_bytes()
    sound(article)
    forget(runs)
    assert runs.run(overwrite_edited=True) == ALL
    assert article.read_bytes() == before
    assert runs.failures == []


def test_a_file_of_others_with_the_name_of_an_article_is_kept(runs: Runs) -> None:
    runs.output.mkdir()
    (runs.output / "b.json").write_text('{"name": "of another program"}', "utf-8")
    assert runs.run() == ALL
    kept(runs, runs.output / "b.json", b'{"name": "of another program"}')


def test_a_state_of_an_earlier_version_is_used(runs: Runs, article: Path) -> None:
    older(runs)
    assert runs.run() == []
    assert runs.failures == []
    # From here on the hashes are known.
    data = same_length(article)
    assert runs.run() == []
    kept(runs, article, data)


def test_with_a_state_of_an_earlier_version_edits_are_found_by_length(runs: Runs, article: Path) -> None:
    older(runs)
    data = longer(article)
    assert runs.run() == []
    kept(runs, article, data)


# A run that is killed
