"""The `datasets` library loads what is exported for it, without any script."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from interviews import everything

import pipeline

pytestmark = pytest.mark.skipif(find_spec("datasets") is None, reason="datasets is not installed")

LOAD = """
import json, sys
import datasets
datasets.disable_progress_bars()
for kind, file, cache, save in json.loads(sys.argv[1]):
    more = {}
    if kind == "json, typed":
        from pipeline import Article
        from pipeline.exporters.tables.columns import schema
        # So few bytes are looked at together that the first article alone would say what types there are.
        kind, more = "json", {"features": datasets.Features.from_arrow_schema(schema(Article)), "chunksize": 256}
    found = datasets.load_dataset(kind, data_files=file, split="train", cache_dir=cache, **more)
    print(json.dumps({"rows": found.to_list(), "features": list(found.features)}))
    if save:
        found.save_to_disk(save)
        found.to_parquet(save + ".parquet")
"""


def load_all(files: dict[str, tuple[str, Path]], save: str | None = None) -> dict[str, dict[str, Any]]:
    """Rows and features of files by a name; each is given with how to load it.

    An interpreter of its own loads them: the library sets up logging and settings when imported, which takes seconds.
    """
    (folder,) = {file.parent for _, file in files.values()}
    environment = {**os.environ, "HF_DATASETS_OFFLINE": "1", "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "cache")}
    jobs = [(kind, str(file), str(folder / "cache"), save) for kind, file in files.values()]
    command = [sys.executable, "-c", LOAD, json.dumps(jobs)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return {name: json.loads(line) for name, line in zip(files, done.stdout.splitlines(), strict=True)}


def load(kind: str, file: Path, save: str | None = None) -> dict[str, Any]:
    """Rows and features of a single file."""
    return load_all({"only": (kind, file)}, save)["only"]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the library makes of three exports."""
    folder = tmp_path_factory.mktemp("datasets")
    pipeline.export(everything(), folder / "a.parquet")
    pipeline.export(untitled_first(), folder / "a.jsonl")
    pipeline.export(everything(), folder / "chats.jsonl", to="messages", system="你是守桥人。")
    return load_all({
        "parquet": ("parquet", folder / "a.parquet"),
        "typed": ("json, typed", folder / "a.jsonl"),
        "chats": ("json", folder / "chats.jsonl"),
    })  # fmt: skip


def untitled_first() -> list[pipeline.Article]:
    return sorted(everything(), key=lambda article: article.title is not None)


def check_every_field(found: dict[str, Any]) -> None:
    assert found["features"] == list(pipeline.Article.__struct_fields__)
    assert [row["id"] for row in found["rows"]] == ["ferry", "tide", "wire/bridge"]
    assert found["rows"][2]["sections"][1]["exchanges"][0]["answers"][0]["speaker"] == "Mara Lindqvist"


def test_articles_are_loaded_with_every_field(loaded: dict[str, dict[str, Any]]) -> None:
    check_every_field(loaded["parquet"])


@pytest.mark.soak
@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.zst"])
def test_json_lines_are_loaded_with_every_field(tmp_path: Path, name: str) -> None:
    pipeline.export(everything(), tmp_path / name)
    check_every_field(load("json", tmp_path / name))


def test_a_field_that_is_empty_at_first_is_loaded_with_the_types_of_the_contract(
    loaded: dict[str, dict[str, Any]],
) -> None:
    """As docs/outputs.md says; without them the library takes `null` for the type of what comes later."""
    articles = untitled_first()
    assert articles[0].title is None
    assert articles[-1].title is not None
    assert [row["title"] and row["title"]["text"] for row in loaded["typed"]["rows"]] == [
        article.title and article.title.text for article in articles
    ]


def test_conversations_are_loaded_as_trainers_want_them(loaded: dict[str, dict[str, Any]]) -> None:
    for row in loaded["chats"]["rows"]:
        assert [set(message) for message in row["messages"]] == [{"role", "content"}] * len(row["messages"])
        assert row["messages"][0]["role"] == "system"


@pytest.mark.soak
def test_a_csv_of_turns_is_loaded(tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "turns.csv", rows="turns")
    assert load("csv", tmp_path / "turns.csv")["rows"][0]["text"] == "When does the last ferry leave?"


@pytest.mark.soak
def test_what_the_library_keeps_is_read_back(tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "a.parquet")
    load("parquet", tmp_path / "a.parquet", str(tmp_path / "saved"))
    (arrow,) = (tmp_path / "saved").glob("*.arrow")
    assert list(pipeline.read(arrow)) == everything()
    assert list(pipeline.read(tmp_path / "saved.parquet")) == everything()
