"""The registry: exporters by name and by suffix, built in or from another package."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from interviews import everything

import pipeline
from pipeline import UsageError
from pipeline.errors import SettingError
from pipeline.exporters import registry
from pipeline.exporters.exporter import EXPORTER_PROTOCOL, Exporter, StreamingExporter
from pipeline.exporters.registry import BUILT_IN_EXPORTERS, exporter, exporter_names, format_of

SINK = """\
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar


@dataclass(frozen=True)
class Ids:
    name: ClassVar = "ids"
    suffixes: ClassVar = (".ids",)
    protocol: ClassVar = 1
    end: str = ";"

    def write(self, articles, target):
        target.write_text("".join(article.id + self.end for article in articles), encoding="utf-8")
"""
Offering = Callable[..., None]


@pytest.fixture
def offering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Offering:
    """An installed package that offers an exporter."""
    monkeypatch.syspath_prepend(tmp_path / "site")

    def offer(code: str, name: str = "ids", package: str = "idlers", attribute: str = "Ids") -> None:
        info = tmp_path / "site" / f"{package}-1.2.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n", encoding="utf-8")
        points = f"[bilingual_pipeline.sinks]\n{name} = {package}:{attribute}\n"
        (info / "entry_points.txt").write_text(points, encoding="utf-8")
        (tmp_path / "site" / f"{package}.py").write_text(code, encoding="utf-8")
        monkeypatch.delitem(sys.modules, package, raising=False)

    return offer


@pytest.mark.parametrize("name", BUILT_IN_EXPORTERS)
def test_every_built_in_exporter_follows_the_protocol(name: str) -> None:
    made = exporter(name)
    assert isinstance(made, Exporter)
    assert made.name == name
    assert made.protocol == EXPORTER_PROTOCOL
    assert not list(registry.exporter_faults(made))


def test_exporters_that_support_standard_output() -> None:
    assert [name for name in BUILT_IN_EXPORTERS if isinstance(exporter(name), StreamingExporter)] == [
        "jsonl",
        "csv",
        "text",
        "messages",
    ]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("a.jsonl", "jsonl"), ("a.JSONL.ZST", "jsonl"), ("a.parquet", "parquet"), ("x/a.tsv", "csv"),
        ("a.sqlite3", "sqlite"), ("a.db", "sqlite"), ("a.duckdb", "duckdb"), ("a.txt", "text"),
    ],
)  # fmt: skip
def test_format_is_inferred_from_the_suffix(target: str, expected: str) -> None:
    assert format_of(Path(target)) == expected


def test_error_for_an_unknown_suffix_lists_the_formats() -> None:
    with pytest.raises(UsageError, match="cannot infer the format from '.*'; use --to .json, jsonl, parquet, csv"):
        format_of(Path("articles.docx"))


def test_an_unknown_name_is_an_error_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match="unknown format 'parket'; did you mean 'parquet'"):
        exporter("parket")


def test_an_unknown_option_is_an_error_with_the_nearest_one() -> None:
    with pytest.raises(SettingError, match=r"\[sinks.csv\]: no setting 'delimeter'; did you mean 'delimiter'") as error:
        exporter("csv", {"delimeter": ";"})
    assert error.value.key == ("sinks", "csv", "delimeter")


def test_an_option_of_the_wrong_type_is_an_error_that_names_it() -> None:
    with pytest.raises(SettingError, match=r"\[sinks.messages\]: .*pairs"):
        exporter("messages", {"pairs": "yes"})


def test_exporter_of_another_package_is_found_by_name_and_suffix(tmp_path: Path, offering: Offering) -> None:
    offering(SINK)
    assert exporter_names()[-1] == "ids"
    pipeline.export(everything(), tmp_path / "a.ids", end=",")
    assert (tmp_path / "a.ids").read_text("utf-8") == "ferry,tide,wire/bridge,"
    pipeline.export(everything(), tmp_path / "b", to="ids")
    assert (tmp_path / "b").read_text("utf-8") == "ferry;tide;wire/bridge;"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("import Path", "import Pat", "cannot be loaded from 'idlers:Ids': ImportError"),
        ("(frozen=True)", "", "is not a frozen dataclass"),
        ('"ids"', '"others"', "is named 'others'; the entry point must have the same name"),
        ("protocol: ClassVar = 1", "protocol: ClassVar = 2", "supports protocol 2, but this version uses 1"),
        ("def write", "def wrote", "has no method 'write'"),
        ('(".ids",)', '".ids"', "needs 'suffixes', a tuple of file name suffixes"),
        ('end: str = ";"', "end: str", "missing 1 required positional argument: 'end'"),
    ],
)
def test_invalid_exporter_is_named_with_its_package(offering: Offering, old: str, new: str, fault: str) -> None:
    assert old in SINK
    offering(SINK.replace(old, new))
    with pytest.raises(UsageError, match="exporter 'ids' of package idlers 1.2 ") as error:
        exporter("ids")
    assert fault in str(error.value)


def test_invalid_exporter_has_no_effect_if_unused(tmp_path: Path, offering: Offering) -> None:
    offering("import nothing_of_that_name\n")
    pipeline.export(everything(), tmp_path / "a.jsonl")
    with pytest.raises(
        UsageError, match="cannot infer the format.*; exporter 'ids' of package idlers 1.2 cannot be loaded"
    ):
        format_of(tmp_path / "a.docx")


def test_name_offered_by_two_packages_is_refused(offering: Offering) -> None:
    offering(SINK)
    offering(SINK, package="loafers")
    with pytest.raises(UsageError, match=r"offered by idlers 1.2 \(idlers:Ids\) and loafers 1.2 \(loafers:Ids\)"):
        exporter("ids")


def test_plugin_cannot_replace_a_built_in_exporter(offering: Offering) -> None:
    offering(SINK, name="csv")
    assert type(exporter("csv")).__module__ == "pipeline.exporters.csv"
