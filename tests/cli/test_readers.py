"""`pipeline readers`: what each reader reads, and whether it takes part."""

import json

import pytest
from installed import InstalledPackages

from pipeline.cli import main
from pipeline.readers.registry import BUILT_IN_READERS


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, object]]:
    assert main(["readers", "--json", *arguments]) == 0
    shown: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return shown


def test_every_built_in_reader_says_what_it_reads(capsys: pytest.CaptureFixture[str]) -> None:
    shown = rows(capsys)
    assert [row["reader"] for row in shown] == list(BUILT_IN_READERS)
    assert all(row["what"] and row["active"] and row["package"] == "bilingual-pipeline" for row in shown)
    assert {str(row["what"]).partition(" ")[0] for row in shown}.isdisjoint({"Claims", "Reads"})


def test_options_of_a_reader_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    options = {row["reader"]: row["options"] for row in rows(capsys)}
    assert options["csv"] == ["delimiter", "quote", "escape", "header"]
    assert options["text"] == []


def test_the_table_has_a_line_for_each_reader(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["readers"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(BUILT_IN_READERS)


def test_an_installed_reader_takes_part_if_the_settings_name_it(
    packages: InstalledPackages, capsys: pytest.CaptureFixture[str]
) -> None:
    packages.reader("logbook")
    *_, last = rows(capsys)
    assert (last["reader"], last["active"]) == ("logbook", False)
    first, *_ = rows(capsys, "--set", "sources.logbook={}")
    assert (first["reader"], first["active"]) == ("logbook", True)
    assert main(["readers"]) == 0
    shown = capsys.readouterr().out
    assert "to let logbook read files: --set 'sources.logbook={}', or [sources.logbook]" in shown


def test_a_broken_reader_is_listed_with_its_fault(
    packages: InstalledPackages, capsys: pytest.CaptureFixture[str]
) -> None:
    packages.reader("logbook", code="raise ImportError('no such thing {name}{protocol}{options}')")
    *_, last = rows(capsys)
    assert last["reader"] == "logbook"
    assert "no such thing" in str(last["fault"])


def test_a_reader_without_its_library_says_which_extra_brings_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pipeline.cli.readers.listing.documents_library", lambda _: None)
    assert main(["readers"]) == 0
    shown = capsys.readouterr().out
    install = "pip install 'bilingual-pipeline[documents]'"
    assert f"pdf: needs pypdfium2, which the extra [documents] brings: {install}" in shown
    assert f"xlsx: needs python_calamine, which the extra [documents] brings: {install}" in shown
