"""The example plugins work when built and installed elsewhere, and their own tests pass."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest
from hatchling.build import build_wheel
from sampling import only

from pipeline.cli import main

ROOT = Path(__file__).parent.parent
EXAMPLES = {"full-width": "full_width", "mentions": "mentions", "interviews-only": "interviews_only"}
"""Stage, which is also the folder, and module."""
PACKAGES = {**EXAMPLES, "textgrid": "textgrid", "markdown-sheets": "markdown_sheets"}
"""All of them: a reader and a sink, too."""

CONFIG = """\
recipe = [
    "entities", "mojibake", "full-width", "markup", "punctuation", "words",
    "languages", "credits", "dialogue", "mentions", "interviews-only",
]

[stages.interviews-only]
shortest = 50
"""
FERRY = """\
渡口的清晨
南屿晚报记者 林知夏 发自石浔镇
Ｑ：你几点出海？
Ａ：五点，天亮以前。对岸一公里２００米，顺风要走１２．５分钟，逆风就难说了。
Ｑ：谁教你的？
Ａ：我舅舅。他从新加坡回来，给中国日报写过渡口的故事。
"""
KEEPER = """\
The Keeper
Harbour Letter: Who lit the lamp before you came to the island?
Lena Orwick: My aunt did, for thirty years. She came from Lisbon with one suitcase and a barometer.
Harbour Letter: And now?
Lena Orwick: Now I do, and a clock helps me.
"""
SHORT = "Ann: Is it high?\nBo: Yes.\nAnn: And now?\nBo: No.\n"


def python(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs Python in `cwd` with the packages of `installed` on its path."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(installed), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheels were unpacked."""
    built, folder = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    for name in PACKAGES:
        with chdir(ROOT / "examples" / name):
            wheel = build_wheel(str(built))
        # A wheel of Python files is installed by unpacking it.
        with zipfile.ZipFile(built / wheel) as archive:
            archive.extractall(folder)
    return folder


@pytest.fixture
def importable(installed: Path) -> Iterator[Path]:
    """That folder; modules imported from it are forgotten after the test."""
    before = set(sys.modules)
    yield installed
    for name in set(sys.modules) - before:
        if Path(str(getattr(sys.modules[name], "__file__", ""))).is_relative_to(installed):
            del sys.modules[name]


def write_raw(folder: Path) -> None:
    """The dumps of these tests, in `folder/raw`, and the settings beside it."""
    (folder / "raw").mkdir()
    for name, text in (("ferry", FERRY), ("keeper", KEEPER), ("short", SHORT)):
        (folder / "raw" / f"{name}.txt").write_text(text, "utf-8", newline="\n")
    (folder / "pipeline.toml").write_text(CONFIG, "utf-8")


@pytest.fixture(scope="module")
def processed(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a run with all three stages is over, and went well."""
    folder = tmp_path_factory.mktemp("run")
    write_raw(folder)
    done = python(installed, folder, "-m", "pipeline", "run", "raw", "-o", "out", "--config", "pipeline.toml")
    assert done.returncode == 0, done.stderr
    return folder


def article(processed: Path, name: str) -> dict[str, Any]:
    """One article of the run."""
    read: dict[str, Any] = json.loads((processed / "out" / f"{name}.json").read_text("utf-8"))
    return read


def test_the_code_that_runs_is_the_wheels(installed: Path, tmp_path: Path) -> None:
    modules = ", ".join(PACKAGES.values())
    done = python(installed, tmp_path, "-c", f"import {modules}\nfor each in {modules}: print(each.__file__)")
    files = done.stdout.splitlines()
    assert len(files) == len(PACKAGES), done.stderr
    assert all(Path(file).is_relative_to(installed) for file in files), files


@pytest.mark.parametrize("name", PACKAGES)
def test_every_file_of_the_package_is_in_the_wheel(name: str, installed: Path) -> None:
    module = PACKAGES[name]
    source = ROOT / "examples" / name / module
    files = {path.relative_to(source) for path in source.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert {Path("py.typed"), *([Path("cases.json")] if name in EXAMPLES else [])} < files
    assert not {path for path in files if not (installed / module / path).is_file()}


@pytest.mark.parametrize("name", only(PACKAGES, ["textgrid"]))
def test_the_tests_of_the_package_pass_against_the_wheel(name: str, installed: Path, tmp_path: Path) -> None:
    """They run from a copy, so that neither the sources nor the settings of this checkout are beside them."""
    shutil.copytree(ROOT / "examples" / name / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("*.pyc"))
    done = python(installed, tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert " passed" in done.stdout


def test_the_stages_are_listed_with_package_and_version(installed: Path, tmp_path: Path) -> None:
    done = python(installed, tmp_path, "-m", "pipeline", "stages")
    assert done.returncode == 0, done.stderr
    for name in EXAMPLES:
        assert f"bilingual-pipeline-{name} 0.1.0" in done.stdout


def test_a_repair_of_a_plugin_is_in_the_text_and_in_the_ledger(processed: Path) -> None:
    ferry = article(processed, "ferry")
    assert "一公里200米，顺风要走12.5分钟" in ferry["text"]
    (change,) = (change for change in ferry["provenance"]["changes"] if change["stage"] == "full-width")
    edits = {(edit["old"], edit["new"], edit["rule"]) for edit in change["edits"]}
    assert {
        ("Ｑ", "Q", "full-width.letters"),
        ("２００", "200", "full-width.digits"),
        ("．", ".", "full-width.marks"),
    } <= edits


def test_what_a_plugin_repairs_a_later_stage_reads(processed: Path) -> None:
    ferry = article(processed, "ferry")
    assert [speaker["labels"] for speaker in ferry["speakers"]] == [["Q"], ["A"]]


def test_annotations_of_plugins_are_in_the_articles(processed: Path) -> None:
    def annotations(name: str) -> set[tuple[str, str]]:
        return {(found["layer"], found["value"]) for found in article(processed, name)["annotations"]}

    assert annotations("ferry") == {
        ("mentions.place", "Singapore"),
        ("mentions.outlet", "China Daily"),
        ("interviews-only.size", "2 exchanges"),
    }
    assert annotations("keeper") == {("mentions.place", "Lisbon"), ("interviews-only.size", "2 exchanges")}


def test_what_a_plugin_rejects_is_listed_and_not_written(processed: Path) -> None:
    assert sorted(path.name for path in (processed / "out").glob("*.json")) == ["ferry.json", "keeper.json"]
    (rejected,) = (processed / "out" / "_run" / "rejected.jsonl").read_text("utf-8").splitlines()
    verdict = json.loads(rejected)
    assert (verdict["document"], verdict["rule"]) == ("short", "interviews-only.too-short")


def test_the_provenance_names_package_and_version_of_each_plugin(processed: Path) -> None:
    stages = {stage["name"]: stage for stage in article(processed, "keeper")["provenance"]["pipeline"]["stages"]}
    for name in EXAMPLES:
        assert stages[name] == {"name": name, "package": f"bilingual-pipeline-{name}", "version": "0.1.0"}


def test_what_plugins_took_part_in_restores_and_holds_to_the_contract(processed: Path, tmp_path: Path) -> None:
    """Without the plugins on the path: nobody who reads an article needs them."""
    done = python(tmp_path, processed, "-m", "pipeline", "verify", "out")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2/2 articles valid; all sources restored exactly; " in done.stdout


@pytest.mark.usefixtures("run_in_process")
def test_installed_and_not_named_plugins_change_nothing(importable: Path, tmp_path: Path) -> None:
    write_raw(tmp_path)
    for path, out in (([str(importable), *sys.path], "with"), (sys.path, "without")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "path", path)
            assert main(["run", str(tmp_path / "raw"), "-o", str(tmp_path / out)]) == 0
    names = sorted(path.name for path in (tmp_path / "with").glob("*.json"))
    assert names == ["ferry.json", "keeper.json", "short.json"]
    for name in names:
        assert (tmp_path / "with" / name).read_bytes() == (tmp_path / "without" / name).read_bytes()


TALK = """\
File type = "ooTextFile"
Object class = "TextGrid"

item []:
    item [1]:
        class = "IntervalTier"
        name = "Host"
        intervals [1]:
            xmin = 1
            xmax = 2.5
            text = "Who built the kiln?"
    item [2]:
        class = "IntervalTier"
        name = "Mei Lan"
        intervals [1]:
            xmin = 2.6
            xmax = 4
            text = "我姑姑砌的。"
"""


@pytest.mark.usefixtures("run_in_process")
def test_a_reader_of_a_package_is_used_if_the_settings_name_it(
    importable: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(importable))
    (tmp_path / "talk.TextGrid").write_text(TALK, "utf-8", newline="\n")
    for settings, text in (([], TALK), (["--set", "sources.textgrid={}"], "Host: Who built the kiln?")):
        assert main(["run", "talk.TextGrid", "-o", "out", "-q", *settings]) == 0
        assert main(["restore", "out", "--id", "talk"]) == 0
        assert capsys.readouterr().out.startswith(text)
    origin = json.loads((tmp_path / "out" / "talk.json").read_text("utf-8"))["provenance"]["source"]
    assert origin["converted_by"] == "bilingual-pipeline-textgrid 0.1.0"


def test_an_export_of_a_package_is_used_if_it_is_named(
    importable: Path, processed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(importable))
    pages = tmp_path / "pages"
    named = ["--to", "markdown-sheets", "-o", str(pages), "--set", "sinks.markdown-sheets.front_matter=false"]
    assert main(["export", str(processed / "out"), *named]) == 0
    assert sorted(path.name for path in pages.iterdir()) == ["ferry.md", "keeper.md"]
    assert (pages / "keeper.md").read_text("utf-8").startswith("# The Keeper\n")


def test_readers_and_exports_of_packages_are_in_the_settings_and_their_schema(
    importable: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(importable))
    assert main(["config", "--all"]) == 0
    shown = capsys.readouterr().out
    assert "# [sources.textgrid]\n" in shown
    assert "[sinks.markdown-sheets]\n" in shown
    assert main(["schema", "--config"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert "pause" in schema["$defs"]["Sources"]["properties"]["textgrid"]["properties"]
