"""Articles without an exchange or with warnings are counted by a run and listed by `explain --doubtful`."""

import json
from pathlib import Path

import pytest

from pipeline.cli import main

pytestmark = pytest.mark.usefixtures("run_in_process")

Captured = pytest.CaptureFixture[str]

ONE_SIDED = (
    "Ada Fern: We moved the lamps on Monday, and our neighbours came to look.\n\nThe tide was out.\n\n"
    "Ada Fern: My brother brought oil.\n\nThe tide came in.\n\nAda Fern: We lit them all at eight.\n"
)


@pytest.fixture
def doubtful(raw: Path) -> Path:
    """A folder with an interview, a text without one, and a talk of which one side is missing."""
    (raw / "minutes.md").write_text(ONE_SIDED, "utf-8")
    return raw


def test_a_run_counts_them_and_names_the_command(doubtful: Path, output: Path, capsys: Captured) -> None:
    assert main(["run", str(doubtful), "-o", str(output)]) == 0
    said = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert "2  without an exchange" in said
    assert "1  with warnings" in said
    assert f"to list doubtful articles, run: pipeline explain {output} --doubtful" in said
    recorded = json.loads((output / "_run" / "run.json").read_bytes())
    assert recorded["figures"]["without_exchange"] == 2
    assert recorded["figures"]["with_warnings"] == 1


def test_run_without_any_does_not_mention_them(raw: Path, output: Path, capsys: Captured) -> None:
    (raw / "wire" / "locks.txt").unlink()
    assert main(["run", str(raw), "-o", str(output)]) == 0
    said = capsys.readouterr().out
    assert "without an exchange" not in said
    assert "doubtful" not in said


def test_a_dry_run_counts_them(doubtful: Path, capsys: Captured) -> None:
    assert main(["run", str(doubtful), "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "2  without an exchange\n1  with warnings\n" in said
    assert main(["run", str(doubtful), "--dry-run", "--json"]) == 0
    documents = json.loads(capsys.readouterr().out)["documents"]
    assert (documents["without_exchange"], documents["with_warnings"]) == (2, 1)


FORMS = {
    "a folder": [],
    "lines": ["out.jsonl"],
    "packed lines": ["out.jsonl.gz"],
    "a table": ["out.parquet"],
    "a database": ["out.sqlite"],
}


@pytest.mark.parametrize("form", FORMS)
def test_they_are_listed_from_every_form_of_output(
    doubtful: Path, output: Path, tmp_path: Path, form: str, capsys: Captured
) -> None:
    assert main(["run", str(doubtful), "-o", str(output), "-q"]) == 0
    source = output
    for name in FORMS[form]:
        source = tmp_path / name
        assert main(["export", str(output), "-o", str(source)]) == 0
    capsys.readouterr()
    assert main(["explain", str(source), "--doubtful"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.rstrip() for line in lines[:2]] == ["minutes", "  no exchange"]
    assert lines[2].startswith("  line 1  warning  dialogue.unrecognised: 'Ada Fern:' looks like ")
    assert [line.rstrip() for line in lines[3:5]] == ["wire/locks", "  no exchange"]
    assert lines[5].rstrip() == "2 of 3 articles are doubtful: 2 without an exchange, 1 with warnings"


def test_shards_are_listed(doubtful: Path, output: Path, capsys: Captured) -> None:
    assert main(["run", str(doubtful), "-o", str(output), "-q", "--format", "jsonl"]) == 0
    assert main(["explain", str(output), "--doubtful"]) == 0
    assert "2 of 3 articles are doubtful" in capsys.readouterr().out


def test_they_are_listed_for_machines(doubtful: Path, output: Path, capsys: Captured) -> None:
    assert main(["run", str(doubtful), "-o", str(output), "-q"]) == 0
    assert main(["explain", str(output), "--doubtful", "--json"]) == 0
    minutes, locks = map(json.loads, capsys.readouterr().out.splitlines())
    assert (minutes["id"], minutes["exchanges"]) == ("minutes", 0)
    (warning,) = minutes["warnings"]
    assert (warning["line"], warning["rule"], warning["severity"]) == (1, "dialogue.unrecognised", "warning")
    assert locks == {"id": "wire/locks", "exchanges": 0, "warnings": []}


def test_a_broken_article_is_named_and_the_others_are_listed(doubtful: Path, output: Path, capsys: Captured) -> None:
    assert main(["run", str(doubtful), "-o", str(output), "-q"]) == 0
    (output / "lamps.json").write_text("{", "utf-8")
    assert main(["explain", str(output), "--doubtful"]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("lamps.json: is not an article")
    assert "2 of 3 articles are doubtful" in captured.out


@pytest.mark.parametrize("option", [("--id", "lamps"), ("--line", "3"), ("--edits",), ("--rule", "words.dash")])
def test_doubtful_cannot_be_combined_with_other_filters(
    articles: Path, option: tuple[str, ...], capsys: Captured
) -> None:
    assert main(["explain", str(articles), "--doubtful", *option]) == 2
    assert f"cannot be combined with {option[0]}" in capsys.readouterr().err


def test_an_output_without_articles_is_refused(tmp_path: Path, capsys: Captured) -> None:
    assert main(["explain", str(tmp_path), "--doubtful"]) == 2
    assert "no articles in " in capsys.readouterr().err
