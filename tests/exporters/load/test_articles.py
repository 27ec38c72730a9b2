"""Articles back from JSON: every place they can lie in, and errors that name the document and the field."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

import pipeline
from pipeline import Article, ContractError, UsageError


def article(name: str) -> Article:
    return pipeline.process(f"The mill at {name} still turns.\n", id=name)


def as_json(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(msgspec.json.encode(article(name)))
    return document


def put(path: Path, document: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def complaint(path: Path) -> ContractError:
    with pytest.raises(ContractError) as refused:
        list(pipeline.read(path))
    return refused.value


def test_file_with_one_article_round_trips(tmp_path: Path) -> None:
    assert list(pipeline.read(put(tmp_path / "a.json", as_json("a")))) == [article("a")]


def test_a_path_may_be_a_string(tmp_path: Path) -> None:
    assert [found.id for found in pipeline.read(str(put(tmp_path / "a.json", as_json("a"))))] == ["a"]


def test_folder_is_read_recursively_in_order_of_names(tmp_path: Path) -> None:
    for name in ("b", "wire/c", "a"):
        put(tmp_path / f"{name}.json", as_json(name))
    assert [found.id for found in pipeline.read(tmp_path)] == ["a", "b", "wire/c"]


def test_run_files_are_skipped(tmp_path: Path) -> None:
    """Names that begin with `_` or `.` are no articles, at any depth; nor are files that are no JSON."""
    put(tmp_path / "a.json", as_json("a"))
    put(tmp_path / "_run" / "run.json", {"documents": 1})
    put(tmp_path / "wire" / "_old" / "b.json", {})
    put(tmp_path / ".a.json", {})
    put(tmp_path / "_a.json", {})
    put(tmp_path / "read me.txt", {})
    assert [found.id for found in pipeline.read(tmp_path)] == ["a"]


def test_folder_may_be_below_one_with_a_leading_underscore(tmp_path: Path) -> None:
    put(tmp_path / "_scratch" / "output" / "a.json", as_json("a"))
    assert [found.id for found in pipeline.read(tmp_path / "_scratch" / "output")] == ["a"]


def test_jsonl_file_has_one_article_per_line(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    lines = [msgspec.json.encode(article(name)) for name in ("a", "b")]
    path.write_bytes(lines[0] + b"\n\n" + lines[1] + b"\n")
    assert [found.id for found in pipeline.read(path)] == ["a", "b"]


def test_articles_are_read_one_at_a_time(tmp_path: Path) -> None:
    """Articles before a damaged one can be used."""
    put(tmp_path / "a.json", as_json("a"))
    put(tmp_path / "b.json", {})
    articles = pipeline.read(tmp_path)
    assert next(articles).id == "a"
    with pytest.raises(ContractError):
        next(articles)


def test_a_path_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="none does not exist"):
        list(pipeline.read(tmp_path / "none"))


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("language", 7, "$.language"),
        ("lead", ["a", None], "$.lead[1]"),
        ("title", {"text": "A", "truncated": "no"}, "$.title.truncated"),
        ("segments", [{}], "$.segments[0]"),
    ],
)
def test_a_wrong_field_is_named_with_its_document(tmp_path: Path, field: str, value: object, named: str) -> None:
    put(tmp_path / "wire" / "a.json", as_json("a") | {field: value})
    error = complaint(tmp_path)
    assert error.document == "wire/a.json"
    assert named in error.reason


def test_a_missing_field_is_named(tmp_path: Path) -> None:
    document = as_json("a")
    del document["disclaimer"]
    error = complaint(put(tmp_path / "a.json", document))
    assert error.document == "a.json"
    assert "disclaimer" in error.reason


def test_impossible_number_is_refused(tmp_path: Path) -> None:
    document = as_json("a")
    document["segments"][0]["confidence"] = 1.01
    assert "$.segments[0].confidence" in complaint(put(tmp_path / "a.json", document)).reason


def test_a_wrong_line_is_named_by_its_number(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_bytes(msgspec.json.encode(article("a")) + b'\n\n{"schema": "bilingual-article/1"}\n')
    assert complaint(path).document == "all.jsonl:3"


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'{"title": "\xff"}', b'{"an": "object"}'])
def test_file_that_is_not_an_article_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(data)
    error = complaint(path)
    assert error.document == "a.json"
    assert "is not an article" in error.reason


def test_keys_that_a_later_version_added_are_accepted(tmp_path: Path) -> None:
    document = as_json("a") | {"mood": "merry"}
    document["provenance"]["pipeline"]["weather"] = {"sky": "clear"}
    document["segments"][0]["colour"] = "green"
    assert list(pipeline.read(put(tmp_path / "a.json", document))) == [article("a")]


def test_another_version_of_the_contract_is_refused_and_named(tmp_path: Path) -> None:
    error = complaint(put(tmp_path / "a.json", as_json("a") | {"schema": "bilingual-article/9"}))
    assert "'bilingual-article/9'" in error.reason
    assert "'bilingual-article/1'" in error.reason
