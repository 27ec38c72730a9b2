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
from sampling import only

import pipeline

pytestmark = pytest.mark.skipif(find_spec("datasets") is None, reason="datasets is not installed")

LOAD = """
import json, sys
import datasets
datasets.disable_progress_bars()
kind, file, cache = sys.argv[1:4]
more = {}
if kind == "json, typed":
    from pipeline import Article
    from pipeline.exporters.tables.columns import schema
    # So few bytes are looked at together that the first article alone would say what types there are.
    kind, more = "json", {"features": datasets.Features.from_arrow_schema(schema(Article)), "chunksize": 256}
found = datasets.load_dataset(kind, data_files=file, split="train", cache_dir=cache, **more)
print(json.dumps({"rows": found.to_list(), "features": list(found.features)}))
if len(sys.argv) > 4:
    found.save_to_disk(sys.argv[4])
    found.to_parquet(sys.argv[4] + ".parquet")
"""


def loaded(kind: str, file: Path, *save: str) -> dict[str, Any]:
    """Rows and features, from an interpreter of its own: the library sets up logging and settings when imported."""
    cache = file.parent / "cache"
    environment = {**os.environ, "HF_DATASETS_OFFLINE": "1", "HF_HUB_OFFLINE": "1", "HF_HOME": str(cache)}
    command = [sys.executable, "-c", LOAD, kind, str(file), str(cache), *save]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("kind", "name"),
    only([("parquet", "a.parquet"), ("json", "a.jsonl"), ("json", "a.jsonl.zst")], [("parquet", "a.parquet")]),
)
def test_articles_are_loaded_with_every_field(tmp_path: Path, kind: str, name: str) -> None:
    pipeline.export(everything(), tmp_path / name)
    found = loaded(kind, tmp_path / name)
    assert found["features"] == list(pipeline.Article.__struct_fields__)
    assert [row["id"] for row in found["rows"]] == ["ferry", "tide", "wire/bridge"]
    assert found["rows"][2]["sections"][1]["exchanges"][0]["answers"][0]["speaker"] == "Mara Lindqvist"


def test_a_field_that_is_empty_at_first_is_loaded_with_the_types_of_the_contract(tmp_path: Path) -> None:
    """As docs/outputs.md says; without them the library takes `null` for the type of what comes later."""
    articles = sorted(everything(), key=lambda article: article.title is not None)
    assert articles[0].title is None
    assert articles[-1].title is not None
    pipeline.export(articles, tmp_path / "a.jsonl")
    found = loaded("json, typed", tmp_path / "a.jsonl")
    assert [row["title"] and row["title"]["text"] for row in found["rows"]] == [
        article.title and article.title.text for article in articles
    ]


def test_conversations_are_loaded_as_trainers_want_them(tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "chats.jsonl", to="messages", system="你是守桥人。")
    for row in loaded("json", tmp_path / "chats.jsonl")["rows"]:
        assert [set(message) for message in row["messages"]] == [{"role", "content"}] * len(row["messages"])
        assert row["messages"][0]["role"] == "system"


@pytest.mark.soak
def test_a_csv_of_turns_is_loaded(tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "turns.csv", rows="turns")
    assert loaded("csv", tmp_path / "turns.csv")["rows"][0]["text"] == "When does the last ferry leave?"


@pytest.mark.soak
def test_what_the_library_keeps_is_read_back(tmp_path: Path) -> None:
    pipeline.export(everything(), tmp_path / "a.parquet")
    loaded("parquet", tmp_path / "a.parquet", str(tmp_path / "saved"))
    (arrow,) = (tmp_path / "saved").glob("*.arrow")
    assert list(pipeline.read(arrow)) == everything()
    assert list(pipeline.read(tmp_path / "saved.parquet")) == everything()
