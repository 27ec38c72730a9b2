"""Documents whose file names some file systems do not distinguish: each keeps a file of its own."""

import json
from pathlib import Path
from typing import Any

import pytest

import pipeline
from pipeline.runs.output import article_folder, article_writer, manual_edits
from pipeline.storage import file_names
from runs.test_plan import Runs

CLASHING = ("Quay", "quay", "QUAY", "caf\u00e9", "cafe\u0301")


@pytest.fixture(params=["keeps case", "folds names"])
def runs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Runs, also on a file system that ignores case and Unicode normalization."""
    if request.param == "folds names":
        real = file_names.file_name

        def folding(name: str, suffix: str = ".json", *, apart: bool = False) -> str:
            return file_names.folded(real(name, suffix, apart=apart))

        for module in (manual_edits, article_writer, article_folder):
            monkeypatch.setattr(module, "file_name", folding)
    return Runs(tmp_path)


def found(runs: Runs) -> dict[str, str]:
    """Returns the text of each article by id; there is one of each."""
    articles = list(pipeline.read(runs.output))
    assert len({article.id for article in articles}) == len(articles)
    return {article.id: article.text for article in articles}


def files(runs: Runs) -> dict[str, bytes]:
    return {
        path.relative_to(runs.output).as_posix(): path.read_bytes()
        for path in runs.output.rglob("*.json")
        if "_run" not in path.parts
    }


def fresh(runs: Runs, tmp_path: Path) -> dict[str, bytes]:
    """Returns what a run into an empty folder writes."""
    was, runs.output = runs.output, tmp_path / "fresh"
    runs.run()
    expected, runs.output = files(runs), was
    return expected


def rows(*ids: str, **texts: str) -> dict[str, str]:
    return {each: texts.get(each, f"The tide of {each}.") for each in ids}


def test_each_document_has_a_file_of_its_own(runs: Runs) -> None:
    runs.table("dump.jsonl", **rows(*CLASHING))
    assert runs.run() == sorted(CLASHING)
    assert found(runs) == rows(*CLASHING)
    assert runs.run() == []
    assert runs.account.unchanged == len(CLASHING)
    assert found(runs) == rows(*CLASHING)


def test_names_are_distinguished_over_several_sources(runs: Runs) -> None:
    for n, each in enumerate(CLASHING):
        runs.table(f"{n}.jsonl", **rows(each))
    runs.run()
    assert found(runs) == rows(*CLASHING)
    assert runs.run() == []
    assert runs.run(first=2) == []


@pytest.mark.parametrize("again", [False, True])
def test_a_new_earlier_document_takes_the_plain_name(runs: Runs, tmp_path: Path, *, again: bool) -> None:
    runs.table("b.jsonl", **rows("quay", "other"))
    runs.run()
    runs.table("a.jsonl", **rows("Quay"))
    if again:
        # Another source says now what that one did, so that a file that has not changed need not be read at all.
        runs.table("c.jsonl", **rows("QUAY"))
    runs.run()
    assert found(runs) == rows("quay", "other", "Quay", *(["QUAY"] if again else []))
    assert files(runs) == fresh(runs, tmp_path)
    assert runs.run() == []


def test_a_document_gets_the_plain_name_when_the_other_is_deleted(runs: Runs, tmp_path: Path) -> None:
    runs.table("a.jsonl", **rows("Quay", "other"))
    runs.table("b.jsonl", **rows("quay"))
    runs.run()
    before = runs.output / "Quay.json"
    runs.table("a.jsonl", **rows("other"))
    before.unlink(missing_ok=True)
    runs.run()
    assert {"quay", "other"} <= found(runs).keys()
    assert fresh(runs, tmp_path).items() <= files(runs).items()
    assert runs.run() == []


def test_an_edited_article_keeps_its_name_and_text(runs: Runs) -> None:
    runs.table("b.jsonl", **rows("quay"))
    runs.run()
    path = runs.output / "quay.json"
    path.write_text(path.read_text("utf-8").replace("tide", "flood"), "utf-8")
    edited = path.read_bytes()
    runs.table("a.jsonl", **rows("Quay"))
    runs.run()
    assert path.read_bytes() == edited
    assert "quay" in runs.failures
    runs.run(overwrite_edited=True)
    assert found(runs) == rows("quay", "Quay")


def test_an_edited_article_with_a_hash_in_its_name_is_named_by_it(runs: Runs) -> None:
    runs.table("a.jsonl", **rows("Quay", "quay"))
    runs.run()
    (path,) = runs.output.glob("*~*.json")
    path.write_text(path.read_text("utf-8").replace("tide", "flood"), "utf-8")
    entries: list[Any] = []
    runs.run()
    entries += [json.loads(line) for line in (runs.output / "_run" / "failures.jsonl").read_text("utf-8").splitlines()]
    assert [entry["document"] for entry in entries] == ["quay"]
    assert path.name in entries[0]["reason"]


def test_a_document_that_now_fails_loses_its_own_article(runs: Runs) -> None:
    runs.table("a.jsonl", **rows("Quay", "quay"))
    runs.run()
    runs.table("a.jsonl", Quay="The tide of Quay.", quay="")
    runs.run()
    assert "Quay" in found(runs)
    assert found(runs)["Quay"] == "The tide of Quay."


def test_articles_in_shards_have_no_file_names(runs: Runs) -> None:
    runs.table("dump.jsonl", **rows(*CLASHING))
    runs.run(form="jsonl")
    assert found(runs) == rows(*CLASHING)
    assert runs.run(form="jsonl") == []


def test_a_run_killed_while_names_change_is_resumed(runs: Runs, tmp_path: Path, monkeypatch: Any) -> None:
    from pipeline.runs.run_loop import RunLoop

    runs.table("b.jsonl", **rows("quay", "other"))
    runs.run()
    runs.table("a.jsonl", **rows("Quay"))

    class KilledError(BaseException):
        pass

    def killed(self: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(RunLoop, "_remove_renamed", killed)
        with pytest.raises(KilledError):
            runs.run()
    runs.run()
    assert files(runs) == fresh(runs, tmp_path)
    assert runs.run() == []
