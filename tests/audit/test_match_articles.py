"""Two outputs side by side: each document with its partner, whatever either output is."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import pipeline
from pipeline import Article, ContractError, UsageError
from pipeline.audit.compare.match_articles import matched_articles
from pipeline.exporters.json import write_article

TEXT = "Host: Who keeps the ferry bell?\n\n船长：我父亲，然后是我。\n"


def folder(path: Path, *names: str, text: str = TEXT) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for name in names:
        write_article(pipeline.process(text, id=name), path)
    return path


def lines(path: Path, *names: str, text: str = TEXT) -> Path:
    encoder = msgspec.json.Encoder()
    path.write_bytes(encoder.encode_lines([pipeline.process(text, id=name) for name in names]))
    return path


def pairs(old: Path, new: Path) -> list[tuple[str, str]]:
    """The id or the error on each side of each pair."""

    def id_or_error(side: Article | ContractError | None) -> str:
        return "" if side is None else side.id if isinstance(side, Article) else f"! {side.reason[:18]}"

    return [(id_or_error(pair.old), id_or_error(pair.new)) for pair in matched_articles(old, new)]


EXPECTED = [("bell", "bell"), ("wire/lock", "wire/lock"), ("", "tide"), ("oar", "")]


def test_folders_are_matched_by_file(tmp_path: Path) -> None:
    old = folder(tmp_path / "a", "wire/lock", "oar", "bell")
    new = folder(tmp_path / "b", "bell", "tide", "wire/lock")
    assert sorted(pairs(old, new)) == sorted(EXPECTED)


def test_articles_only_in_the_old_output_are_last(tmp_path: Path) -> None:
    old, new = folder(tmp_path / "a", "bell", "oar"), folder(tmp_path / "b", "bell", "tide")
    assert pairs(old, new) == [("bell", "bell"), ("", "tide"), ("oar", "")]


@pytest.mark.parametrize("forms", [("lines", "lines"), ("lines", "folder"), ("folder", "lines")])
def test_other_outputs_are_matched_by_id(tmp_path: Path, forms: tuple[str, str]) -> None:
    old = (lines if forms[0] == "lines" else folder)(tmp_path / "a.jsonl", "wire/lock", "oar", "bell")
    new = (lines if forms[1] == "lines" else folder)(tmp_path / "b.jsonl", "bell", "wire/lock", "tide")
    assert sorted(pairs(old, new)) == sorted(EXPECTED)


def test_the_order_is_that_of_the_new_output(tmp_path: Path) -> None:
    old, new = lines(tmp_path / "a.jsonl", "oar", "bell"), lines(tmp_path / "b.jsonl", "tide", "bell")
    assert pairs(old, new) == [("", "tide"), ("bell", "bell"), ("oar", "")]


def test_two_articles_are_compared_whatever_they_are_called(tmp_path: Path) -> None:
    old, new = folder(tmp_path / "a", "bell") / "bell.json", folder(tmp_path / "b", "tide") / "tide.json"
    assert pairs(old, new) == [("bell", "tide")]


@pytest.mark.parametrize("name", ["z.jsonl", "z.json"])
def test_a_folder_of_articles_and_of_lines_of_them_is_matched_by_id(tmp_path: Path, name: str) -> None:
    for side in "ab":
        lines(folder(tmp_path / side, "bell", "oar") / name, "tide", "wire/lock")
    assert pairs(tmp_path / "a", tmp_path / "b") == [(name, name) for name in ("bell", "oar", "tide", "wire/lock")]


def test_json_lines_are_detected_by_content(tmp_path: Path) -> None:
    old, new = lines(tmp_path / "a.json", "bell", "oar"), lines(tmp_path / "b.json", "bell", "oar")
    assert pairs(old, new) == [("bell", "bell"), ("oar", "oar")]


def test_matched_articles_are_equal_to_the_originals(tmp_path: Path) -> None:
    old, new = lines(tmp_path / "a.jsonl", "bell"), lines(tmp_path / "b.jsonl", "bell")
    (pair,) = matched_articles(old, new)
    assert pair.old == pair.new == pipeline.process(TEXT, id="bell")


@pytest.mark.parametrize("broken", ["a", "b"])
def test_broken_file_is_an_error_in_its_pair(tmp_path: Path, broken: str) -> None:
    folder(tmp_path / "a", "bell"), folder(tmp_path / "b", "bell")
    (tmp_path / broken / "bell.json").write_text("{", "utf-8")
    (pair,) = pairs(tmp_path / "a", tmp_path / "b")
    assert pair[broken == "b"].startswith("! is not an article")
    assert pair[broken == "a"] == "bell"


@pytest.mark.parametrize("broken", ["a", "b"])
def test_broken_line_does_not_hide_others(tmp_path: Path, broken: str) -> None:
    for name in "ab":
        lines(tmp_path / f"{name}.jsonl", "bell")
    with (tmp_path / f"{broken}.jsonl").open("ab") as file:
        file.write(b"{\n")
    matched = pairs(tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    assert ("bell", "bell") in matched
    assert len(matched) == 2


@pytest.mark.parametrize("double", ["a", "b"])
def test_second_article_with_an_id_is_an_error_and_not_compared(tmp_path: Path, double: str) -> None:
    for name in "ab":
        lines(tmp_path / f"{name}.jsonl", "bell", *(["bell"] if name == double else []))
    matched = pairs(tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    assert sorted(matched) == sorted(
        [("bell", "bell"), ("! has the same id as", "") if double == "a" else ("", "! has the same id as")]
    )


def test_second_article_is_an_error_even_if_only_in_the_new_output(tmp_path: Path) -> None:
    old, new = lines(tmp_path / "a.jsonl"), lines(tmp_path / "b.jsonl", "bell", "bell")
    assert pairs(old, new) == [("", "bell"), ("", "! has the same id as")]


def test_articles_are_taken_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither output is read completely before the first pair is yielded."""
    read: list[str] = []

    def counted(path: Path, limits: object) -> Iterator[tuple[str, Article]]:
        for name in ("bell", "oar", "tide"):
            read.append(f"{path.name}/{name}")
            yield name, pipeline.process(TEXT, id=name)

    monkeypatch.setattr("pipeline.audit.compare.match_articles.load_each", counted)
    old, new = lines(tmp_path / "a.jsonl"), lines(tmp_path / "b.jsonl")
    next(matched_articles(old, new))
    assert read == ["a.jsonl/bell", "a.jsonl/oar", "a.jsonl/tide", "b.jsonl/bell"]


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        list(matched_articles(tmp_path / "none", folder(tmp_path / "b", "bell")))
