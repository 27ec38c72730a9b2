"""A Markdown document: its front matter is metadata, and its bytes are unchanged."""

from pathlib import Path

import pytest

import pipeline
from pipeline.config.settings import Input, Limits
from readers.found import found, only_failure, only_record

BODY = "\n# The weir\n\n**Daily Post:** Why a weir?\n\n**Ida Moss:** 为了鳗鱼。\n"
YAML = "---\ntitle: 堰\nlayout: post\n---\n"


def about(folder: Path, data: str | bytes, options: Input | None = None) -> dict[str, str]:
    return dict(only_record(found(folder, "t.md", data, options)).metadata)


@pytest.mark.parametrize("name", ["t.md", "t.MD", "t.markdown", "t.mdown"])
def test_a_file_is_one_document_with_its_bytes(tmp_path: Path, name: str) -> None:
    only = only_record(found(tmp_path, name, YAML + BODY))
    assert (only.id, only.data) == ("wire/t", (YAML + BODY).encode())
    assert only.origin.media_type == "text/markdown"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_front_matter_is_metadata_and_is_restored(tmp_path: Path, encoding: str, end: str) -> None:
    data = (YAML + BODY).replace("\n", end).encode(encoding)
    only = only_record(found(tmp_path, "t.md", data))
    assert only.metadata == {"title": "堰", "layout": "post"}
    article = pipeline.Pipeline().process(only.data, id=only.id, metadata=only.metadata, origin=only.origin)
    assert pipeline.restore(article) == data
    assert {entry.key: entry.value for entry in article.metadata} == only.metadata


@pytest.mark.parametrize(
    "front",
    [
        '---\ntitle: "The weir"\ndate: 2024-05-01\ntags: [eel, 鳗]\ndraft: true\n---\n',
        "---  \ntitle: The weir\ndate: 2024-05-01\ntags:\n  - eel\n  - 鳗\ndraft: true\n...\n",
        '+++\ntitle = "The weir"\ndate = 2024-05-01\ntags = ["eel", "鳗"]\ndraft = true\n+++\n',
        '{\n"title": "The weir",\n"date": "2024-05-01",\n"tags": ["eel", "鳗"],\n"draft": true\n}\n',
    ],
)
def test_front_matter_may_be_yaml_toml_or_json(tmp_path: Path, front: str) -> None:
    assert about(tmp_path, front + BODY) == {
        "title": "The weir",
        "date": "2024-05-01",
        "tags": '["eel","鳗"]',
        "draft": "true",
    }


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2024-05-01 06:30:00", "2024-05-01T06:30:00"),
        ("2024-05-01T06:30:00+08:00", "2024-05-01T06:30:00+08:00"),
        ("2024-13-45", "2024-13-45"),
        ("no", "no"),
        ("007", "007"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("3", "3"),
        ("", "null"),
        ("~", "null"),
        ("[1, no, 'x']", '[1,"no","x"]'),
        ("{ name: Wu }", '{"name":"Wu"}'),
    ],
)
def test_values_are_kept_as_written_and_dates_are_iso_8601(tmp_path: Path, written: str, shown: str) -> None:
    """In YAML 1.1 `no` is false and `12:30` is 750, which no author means."""
    assert about(tmp_path, f"---\nkey: {written}\n---\n{BODY}") == {"key": shown}


def bomb() -> str:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    return f"---\na0: &a0 [lol]\n{levels}---\n"


@pytest.mark.parametrize(
    "front",
    [
        bomb(),
        "---\ntitle: [open\n---\n",
        "---\na: b: c\n---\n",
        "---\n- a list\n---\n",
        "---\njust a line\n---\n",
        "---\na: !!python/object/apply:os.system [ls]\n---\n",
        "---\na: !!bool x\n---\n",
        "---\na: !!timestamp x\n---\n",
        "---\na: " + "[" * 5000 + "]" * 5000 + "\n---\n",
        "---\nkey: " + "x" * 70_000 + "\n---\n",
        "---\nnever: closed\n",
        '---\na: "\\ud800"\n---\n',
        "+++\ntitle = open\n+++\n",
        "+++\na = " + "[" * 5000 + "]" * 5000 + "\n+++\n",
        '{"title": \n',
        '{"title": "a"} said the keeper\n',
        '{"a": "\\ud800"}\n',
        "{" * 5000,
        '{"a":' * 5000,
        "----\ntitle: x\n---\n",
        "",
    ],
)
def test_invalid_front_matter_is_neither_metadata_nor_a_failure(tmp_path: Path, front: str) -> None:
    assert about(tmp_path, front + BODY) == {}


def test_metadata_are_read_in_the_configured_encoding(tmp_path: Path) -> None:
    data = "---\nby: Åsa\n---\n# x\n".encode("cp865")
    assert about(tmp_path, data, Input(encoding="cp865")) == {"by": "Åsa"}


def test_an_image_with_a_markdown_suffix_is_not_read(tmp_path: Path) -> None:
    assert only_failure(found(tmp_path, "t.md", b"\x89PNG\r\n\x1a\n")).reason == "is a PNG image"


def test_a_document_over_the_limit_is_refused(tmp_path: Path) -> None:
    assert "over the limit of 5" in only_failure(found(tmp_path, "t.md", BODY, Input(limits=Limits(bytes=5)))).reason
