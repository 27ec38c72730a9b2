"""Errors of one kind are printed three times and then counted, by every verb that can meet many."""

import json
import shutil
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.cli.grouped_errors import MAX_GROUPS, GroupedErrors, group_key

pytestmark = pytest.mark.usefixtures("run_in_process")

Captured = pytest.CaptureFixture[str]

SAME = [
    ("row 3 of a.csv: no text field 'story'; name it", "row 1,204 of dump/b.csv: no text field 'text'; name it"),
    ("a.zip, b c.csv, row 3: has 2 cells, the header 4", "n.tsv, row 77 (line 1,204): has 1 cells, the header 3"),
    ("is 380 bytes long, over the limit of 300; split it", "is 9,001 bytes long, over the limit of 8,000; split it"),
    ("/segments/2: 'ab' before it is in no segment", "/segments/31: '昨天' before it is in no segment"),
    ("raised ValueError: bad “x” in `y`", "raised ValueError: bad “zz” in `why`"),
    ("bad#7: bad.jsonl, line 7: is not JSON", "bad#12: bad.jsonl, line 12: is not JSON"),
]  # fmt: skip
DIFFERENT = [
    ("row 3 of a.csv: no text field 'story'", "row 3 of a.csv: is empty; leave it out"),
    ("raised ValueError: bad", "raised TypeError: bad"),
    ("words: raised ValueError: bad", "dialogue: raised ValueError: bad"),
    ("is a PNG image, not text", "is a PDF document, not text"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_numbers_quotes_and_places_make_no_other_kind(one: str, other: str) -> None:
    assert group_key(one) == group_key(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_is_wrong_makes_another_kind(one: str, other: str) -> None:
    assert group_key(one) != group_key(other)


def test_three_of_a_kind_are_shown_and_the_rest_is_counted() -> None:
    similar = GroupedErrors("all in f")
    shown = [similar.line(f"n{i}: is {i} bytes long") for i in range(300)]
    assert [line for line in shown if line] == ["n0: is 0 bytes long", "n1: is 1 bytes long", "n2: is 2 bytes long"]
    assert list(similar.rest()) == ["… and 297 more like this; all in f"]


def test_the_count_of_a_kind_that_was_not_last_names_an_example() -> None:
    similar = GroupedErrors("all in f")
    for i in range(5):
        similar.line(f"is {i} bytes long")
    for _ in range(4):
        similar.line("is empty")
    assert list(similar.rest()) == [
        "… and 2 more like “is 2 bytes long”; all in f",
        "… and 1 more like “is empty”; all in f",
    ]


def test_number_of_kinds_is_limited() -> None:
    words = [f"{a}{b}" for a in "abcdefghij" for b in "klmnopqrst"]
    similar = GroupedErrors("all in f")
    shown = [line for word in words if (line := similar.line(f"is {word}")) is not None]
    assert len(shown) == MAX_GROUPS
    assert list(similar.rest()) == [f"… and {len(words) - MAX_GROUPS} more of other kinds; all in f"]


def test_everything_can_be_asked_for() -> None:
    similar = GroupedErrors("all in f", everything=True)
    assert all(similar.line("is empty") for _ in range(9))
    assert list(similar.rest()) == []


# The verbs


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """A table of which 300 rows are empty, two rows that are no JSON, and a sound document."""
    folder = tmp_path / "bad"
    folder.mkdir()
    rows = [json.dumps({"id": f"n{i}", "text": ""}) for i in range(300)]
    rows[100:100] = ["[1]", "[2]"]
    (folder / "rows.jsonl").write_text("\n".join(rows), "utf-8")
    (folder / "sound.txt").write_text("The lamp is lit.\n", "utf-8")
    return folder


@pytest.mark.parametrize("loudness", [(), ("-q",)])
def test_run_prints_the_first_error_of_each_kind(
    bad: Path, output: Path, capsys: Captured, loudness: tuple[str, ...]
) -> None:
    assert main(["run", str(bad), "-o", str(output), *loudness]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines[:5]] == ["n0", "n1", "n2", "rows#101", "rows#102"]
    (counted,) = lines[5:]
    assert counted == (
        f"… and 297 more like “n2: line 3 of rows.jsonl: is empty; leave it out”; all in {output}/_run/failures.jsonl"
    )
    assert len((output / "_run" / "failures.jsonl").read_bytes().splitlines()) == 302


def test_dry_run_prints_the_first_error_of_each_kind(bad: Path, capsys: Captured) -> None:
    assert main(["run", str(bad), "--dry-run", "-q"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 6
    assert lines[5].endswith("; --dry-run --json lists all")


def test_verbose_run_prints_every_failure(bad: Path, output: Path, capsys: Captured) -> None:
    assert main(["run", str(bad), "-o", str(output), "-v"]) == 1
    assert capsys.readouterr().err.count("is empty; leave it out") == 300


@pytest.fixture
def broken(articles: Path) -> Path:
    """An output in which nine articles do not restore, and a sound one."""
    for i in range(9):
        copy = articles / f"copy{i}.json"
        shutil.copy(articles / "lamps.json", copy)
        article = json.loads(copy.read_bytes())
        article["id"] = f"copy{i}"
        article["provenance"]["source"]["sha256"] = "0" * 64
        copy.write_text(json.dumps(article), "utf-8")
    return articles


def test_verify_prints_the_first_error_of_each_kind(broken: Path, capsys: Captured) -> None:
    assert main(["verify", str(broken)]) == 1
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert [line.split(":")[0] for line in lines[:3]] == ["copy0.json", "copy1.json", "copy2.json"]
    assert lines[3:] == ["… and 6 more like this; -v prints all"]
    assert captured.out.startswith("2/11 articles valid")
    assert main(["verify", str(broken), "-v"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 9


def test_other_verbs_say_the_first_of_each_kind(broken: Path, tmp_path: Path, capsys: Captured) -> None:
    target = str(tmp_path / "t")
    for arguments in (
        ["export", str(broken), "-o", f"{target}.jsonl"],
        ["restore", str(broken), "-o", target],
    ):
        assert main(arguments) == 1
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 4, arguments
        assert lines[3] == f"… and 6 more like this; pipeline verify {broken} -v prints all"


def test_diff_prints_the_first_error_of_each_kind(articles: Path, tmp_path: Path, capsys: Captured) -> None:
    other = tmp_path / "other"
    shutil.copytree(articles, other)
    for i in range(9):
        (other / f"broken{i}.json").write_text("{", "utf-8")
    assert main(["diff", str(articles), str(other)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert lines[3].startswith("… and 6 more like this; pipeline verify ")
