"""The sample dumps: a run gives the golden output, and its distance from the right output is known."""

import difflib
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

import pipeline
from benchmarks.accuracy import repairs
from pipeline.config.settings import Input
from pipeline.exporters.json import encode_article
from pipeline.model.record import Record
from pipeline.model.restore import source_text
from pipeline.readers.documents import records
from pipeline.readers.input_files import find_files
from pipeline.storage.file_names import file_name
from pipeline.text.edits import apply

ROOT = Path(__file__).parent.parent
RAW, SEEDS, OUTPUT = ROOT / "raw", ROOT / "seeds", ROOT / "output"
FILES, _ = find_files([RAW])

KNOWN_MISSES = {
    "bridge-engineer": "a title of three words in one; names that joins alone show: callStrandSensereads",
    "ferry-line": "a name that only the join shows: calledSwellWisewhich",
    "flood-briefing": "a name in two parts and a word: AgriNovasilos",
    "lantern-makers": "English words joined inside a Chinese line",
    "radio-telescope": "fencingwire; a name that only the join shows: HydroSkymultiplies",
    "rail-depot": "names that the text has once or not at all elsewhere: operatorRelKotacancelled, Faridahsigned",
    "tea-terraces": "English words joined inside a Chinese line",
    "wire/salt-flats": "Quisberthas, shallowrain",
    "wool-mill": "oilcan: see KNOWN_HARM",
}
"""Samples in which repairs are still missed."""
KNOWN_HARM = {"wool-mill": "a compound that no word list has, made of two words that are often neighbours: oilcan"}
"""Samples in which something right was changed: `test_no_repair_is_false` says so, and holds for all others."""


@pytest.fixture(scope="module")
def articles() -> dict[str, pipeline.Article]:
    """Every sample, processed as `pipeline run raw` does it."""
    made = pipeline.Pipeline()
    read = [record for record in records(FILES, Input()) if isinstance(record, Record)]
    return {record.id: made.process(record.data, id=record.id, origin=record.origin) for record in read}


def without_versions(article: Any) -> str:
    """The document as text, without the versions, which change with every release."""
    article["provenance"]["pipeline"]["version"] = ""
    for stage in article["provenance"]["pipeline"]["stages"]:
        stage["version"] = ""
    return json.dumps(article, ensure_ascii=False, indent=1)


@pytest.mark.parametrize("name", [file.id for file in FILES])
def test_output_is_the_golden_result(name: str, articles: dict[str, pipeline.Article]) -> None:
    golden = json.loads((OUTPUT / file_name(name)).read_text("utf-8"))
    want, got = without_versions(golden), without_versions(json.loads(encode_article(articles[name])))
    diff = "\n".join(difflib.unified_diff(want.splitlines(), got.splitlines(), "golden", "now", lineterm="", n=1))
    assert not diff, f"{diff[:6000]}\n\nWhere this is meant: make golden, and read the diff."


def test_no_golden_result_is_left_over() -> None:
    have = {path.relative_to(OUTPUT).as_posix() for path in OUTPUT.rglob("*.json") if "_run" not in path.parts}
    assert have == {file_name(file.id) for file in FILES}


@pytest.mark.parametrize("name", [file.id for file in FILES])
def test_every_sample_restores_and_holds_to_the_contract(name: str, articles: dict[str, pipeline.Article]) -> None:
    raw = (RAW / next(file.name for file in FILES if file.id == name)).read_bytes()
    page = articles[name].provenance.source.origin.sha256
    if page is None:
        assert pipeline.restore(articles[name]) == raw
    else:
        # The source of a page is its text; the page itself is known by its hash.
        assert page == sha256(raw).hexdigest()
    assert list(pipeline.faults(articles[name])) == []


def known(name: str, reasons: Mapping[str, str] = KNOWN_MISSES) -> Any:
    marks = [pytest.mark.xfail(reason=reasons[name], strict=True)] if name in reasons else []
    return pytest.param(name, marks=marks)


@pytest.mark.parametrize("name", [known(file.id) for file in FILES])
def test_text_is_the_right_text(name: str, articles: dict[str, pipeline.Article]) -> None:
    want = (SEEDS / f"{name}.txt").read_bytes().decode("utf-8").split("\n")
    got = articles[name].text.split("\n")
    diff = "\n".join(difflib.unified_diff(want, got, "right", "now", lineterm="", n=0))
    assert not diff, diff[:4000]


@pytest.mark.parametrize("name", [known(file.id, KNOWN_HARM) for file in FILES])
def test_no_repair_is_false(name: str, articles: dict[str, pipeline.Article]) -> None:
    """Whatever was changed was changed to what is right; what is still damaged was left as it was."""
    right = (SEEDS / f"{name}.txt").read_bytes().decode("utf-8")
    source = source_text(articles[name])
    for change in articles[name].provenance.changes:
        if change.stage == "decoding":
            source = apply(source, change.edits)
    assert repairs(source, articles[name].text) - repairs(source, right) == set()


@pytest.mark.parametrize("name", [known(file.id) for file in FILES])
def test_structure_is_the_right_structure(name: str, articles: dict[str, pipeline.Article]) -> None:
    want = json.loads((SEEDS / f"{name}.json").read_text("utf-8"))
    everything = json.loads(msgspec.json.encode(articles[name]))
    got = {key: everything[key] for key in want}
    right, now = (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).splitlines() for value in (want, got))
    diff = "\n".join(difflib.unified_diff(right, now, "right", "now", lineterm="", n=1))
    assert not diff, diff[:4000]
