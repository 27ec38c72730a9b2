"""Shards hold the same articles as a folder of files, in the same order, and every command reads both."""

import json
import random
from pathlib import Path

import pytest
from installed import InstalledPackages
from ordeal import SMALL, lines, put, talk, tree
from sampling import only

import pipeline
from pipeline.cli import main

Captured = pytest.CaptureFixture[str]

COUNT = 75
FORMS = ("jsonl", "parquet")


def go(raw: Path, output: Path, form: str, *more: str, workers: int = 2) -> None:
    size = ["--set", "run.shard=1", "--set", SMALL]
    assert (
        main(["run", str(raw), "-o", str(output), "-q", "--format", form, "--workers", str(workers), *size, *more]) == 0
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with raw documents, and an output in each format."""
    folder = tmp_path_factory.mktemp("shards")
    with pytest.MonkeyPatch.context() as patch:
        packages = InstalledPackages(folder / "packages")
        packages.folder.mkdir()
        put(packages)
        patch.syspath_prepend(str(packages.folder))
        rows = [(f"wire/n{n}", talk(n) * random.Random(n).randint(10, 60)) for n in range(COUNT)]
        lines(folder / "raw" / "a.jsonl", rows)
        for form in ("json", *FORMS):
            go(folder / "raw", folder / form, form)
    return folder


@pytest.fixture(autouse=True)
def stage(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(made / "packages"))


@pytest.mark.parametrize("form", FORMS)
def test_shards_have_about_the_requested_size(made: Path, form: str) -> None:
    suffix = {"jsonl": ".jsonl.zst", "parquet": ".parquet"}[form]
    names = sorted(path.name for path in (made / form).iterdir())
    assert names == ["_run", *(f"part-{n:05}{suffix}" for n in range(len(names) - 1))]
    assert len(names) > 3


@pytest.mark.parametrize("form", FORMS)
def test_shards_hold_the_articles_in_the_order_of_the_documents(made: Path, form: str) -> None:
    articles = list(pipeline.read(made / form))
    assert [article.id for article in articles] == [f"wire/n{n}" for n in range(COUNT)]
    assert sorted(articles, key=lambda article: article.id) == sorted(
        pipeline.read(made / "json"), key=lambda article: article.id
    )


@pytest.mark.parametrize("form", only(FORMS, ["jsonl"]))
def test_any_number_of_workers_gives_the_same_bytes(made: Path, tmp_path: Path, form: str) -> None:
    for workers in (1, 3):
        go(made / "raw", tmp_path / str(workers), form, workers=workers)
        assert tree(tmp_path / str(workers)) == tree(made / form)


@pytest.mark.parametrize("form", only(FORMS, ["jsonl"]))
def test_a_changed_text_changes_its_shard_and_those_after_it(made: Path, tmp_path: Path, form: str) -> None:
    """A shard whose articles have not changed is not touched."""
    rows = [(f"wire/n{n}", talk(n) * random.Random(n).randint(10, 60)) for n in range(COUNT)]
    raw = lines(tmp_path / "raw" / "a.jsonl", rows).parent
    go(raw, tmp_path / "out", form)
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("part-*")}
    name, text = rows[-1]
    lines(raw / "a.jsonl", [*rows[:-1], (name, text.replace("wheel", "crank"))])
    go(raw, tmp_path / "out", form)
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("part-*")}
    assert [name for name in before if before[name] != after[name]] == [max(before)]


@pytest.mark.parametrize("form", only(FORMS, ["jsonl"]))
def test_another_size_of_shards_copies_the_articles(made: Path, tmp_path: Path, form: str) -> None:
    go(made / "raw", tmp_path / "out", form, "--set", "run.shard=3")
    few = len(list((tmp_path / "out").glob("part-*")))
    go(made / "raw", tmp_path / "out", form)
    run_record = json.loads((tmp_path / "out" / "_run" / "run.json").read_text("utf-8"))
    assert run_record["documents"]["unchanged"] == COUNT
    assert tree(tmp_path / "out") == tree(made / form)
    assert few < len(list((made / form).glob("part-*")))


@pytest.mark.parametrize("form", ["json", *FORMS])
def test_verify_restores_all(made: Path, form: str, capsys: Captured) -> None:
    assert main(["verify", str(made / form)]) == 0
    assert str(COUNT) in capsys.readouterr().out


@pytest.mark.parametrize("form", ["json", *FORMS])
def test_restore_finds_a_document_by_its_id(made: Path, tmp_path: Path, form: str) -> None:
    assert main(["restore", str(made / form), "--id", "wire/n70", "-o", str(tmp_path / "n70")]) == 0
    assert (tmp_path / "n70").read_text("utf-8") == talk(70) * random.Random(70).randint(10, 60)


@pytest.mark.parametrize("form", FORMS)
def test_diff_finds_no_difference_from_a_folder_of_articles(made: Path, form: str, capsys: Captured) -> None:
    assert main(["diff", str(made / "json"), str(made / form)]) == 0
    capsys.readouterr()


@pytest.mark.parametrize("form", FORMS)
def test_export_gives_the_same_rows_as_a_folder_of_articles(made: Path, tmp_path: Path, form: str) -> None:
    tables = []
    for of in ("json", form):
        assert main(["export", str(made / of), "--to", "csv", "-o", str(tmp_path / f"{of}.csv")]) == 0
        tables.append(sorted((tmp_path / f"{of}.csv").read_text("utf-8").splitlines()))
    assert tables[0] == tables[1]


@pytest.mark.parametrize("form", only(FORMS, ["jsonl"]))
def test_a_shard_that_was_changed_is_not_copied_blindly(made: Path, tmp_path: Path, form: str) -> None:
    """If its articles are needed, an error says that they have changed."""
    rows = [(f"n{n}", talk(n) * 10) for n in range(60)]
    raw = lines(tmp_path / "raw" / "a.jsonl", rows).parent
    go(raw, tmp_path / "out", form)
    first = min((tmp_path / "out").glob("part-*"))
    data = first.read_bytes()
    first.write_bytes(data[:200] + b"\0" * 400 + data[600:])
    lines(raw / "0.jsonl", [("before", talk(1))])
    command = ["run", str(raw), "-o", str(tmp_path / "out"), "-q", "--format", form, "--set", "run.shard=1"]
    changed = first.read_bytes()
    assert main([*command, "--set", SMALL]) == 1
    assert main([*command, "--set", SMALL, "--fresh"]) == 1
    assert first.read_bytes() == changed
    assert main([*command, "--set", SMALL, "--overwrite-edited"]) == 0
    assert len(list(pipeline.read(tmp_path / "out"))) == 61
