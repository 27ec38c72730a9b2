"""Floors of quality: a figure that falls fails the check and names the document; a floor is lowered only on demand."""

import sys
from pathlib import Path

import pytest

from benchmarks import floors
from benchmarks.floors import FILE, Score, changes, check, dump, figures, load, main, update

FLOORS = {
    "samples/ferry": {"repairs that are made": Score(9, 10)},
    "samples/mill": {"repairs that are made": Score(8, 8)},
    "structure/kiln": {"positive: title": Score(1, 1), "positive: byline": Score(0, 1)},
}
LOWER = {**FLOORS, "samples/mill": {"repairs that are made": Score(7, 8)}}
BETTER = {**FLOORS, "samples/ferry": {"repairs that are made": Score(10, 10)}}


def test_a_figure_that_falls_fails_and_names_the_document() -> None:
    passed, message = check(FLOORS, LOWER)
    assert not passed
    assert message.splitlines() == [
        "repairs that are made: fell from 17 of 18 to 16 of 18",
        "    samples/mill: 8 of 8 -> 7 of 8",
        "If this is meant: make floors LOWER=1",
    ]


def test_the_same_figures_pass() -> None:
    assert check(FLOORS, FLOORS) == (True, "floors: all 3 figures of 3 documents hold")


def test_a_better_figure_passes_and_says_how_to_record_it() -> None:
    passed, message = check(FLOORS, BETTER)
    assert passed
    assert message.splitlines() == [
        "repairs that are made: changed from 17 of 18 to 18 of 18",
        "    samples/ferry: 9 of 10 -> 10 of 10",
        "To record this: make floors",
    ]


def test_a_document_that_gains_what_another_loses_leaves_the_figure_and_is_shown() -> None:
    """Both are named, so that the exchange is seen."""
    measured = {**BETTER, "samples/mill": LOWER["samples/mill"]}
    passed, message = check(FLOORS, measured)
    assert passed
    assert "samples/ferry" in message
    assert "samples/mill" in message


def test_a_field_that_is_no_longer_scored_is_a_fall() -> None:
    passed, message = check(FLOORS, {**FLOORS, "structure/kiln": {"positive: byline": Score(0, 1)}})
    assert not passed
    assert "    structure/kiln: 1 of 1 -> not scored" in message.splitlines()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(Score(1, 2), Score(2, 5), id="a smaller share of more"),
        pytest.param(Score(999_999, 1_000_000), Score(999_998, 999_999), id="one of a million"),
    ],
)
def test_shares_are_compared_exactly(before: Score, after: Score) -> None:
    assert after.is_below(before)
    assert not before.is_below(after)
    assert not before.is_below(before)


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        (FLOORS, {**FLOORS, "samples/new": {"repairs that are made": Score(0, 9)}}, "samples/new: not in floors.json"),
        (
            FLOORS,
            {name: FLOORS[name] for name in list(FLOORS)[:2]},
            "structure/kiln: no longer among the samples",
        ),
    ],
    ids=["added", "removed"],
)
def test_samples_that_the_file_does_not_know_fail_without_being_called_a_fall(
    before: floors.Scores, after: floors.Scores, line: str
) -> None:
    """A new hard sample lowers no floor, and one that is deleted is not forgotten."""
    passed, message = check(before, after)
    assert not passed
    assert line in message.splitlines()
    assert not changes(before, after)
    assert update(before, after, lower=False)[0]


def test_lower_floors_are_not_written_without_asking() -> None:
    passed, message = update(FLOORS, LOWER, lower=False)
    assert not passed
    assert "    samples/mill: 8 of 8 -> 7 of 8" in message.splitlines()
    assert update(FLOORS, LOWER, lower=True)[0]
    assert update(FLOORS, BETTER, lower=False)[0]


def run(monkeypatch: pytest.MonkeyPatch, measured: floors.Scores, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["floors", *arguments])
    monkeypatch.setattr(floors, "measure", lambda: measured)
    return main()


def test_the_command_checks_updates_and_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "floors.json"
    file.write_text(dump(FLOORS), "utf-8")
    monkeypatch.setattr(floors, "FILE", file)
    monkeypatch.setattr(floors, "load", lambda: load(file))
    assert run(monkeypatch, FLOORS) == 0
    assert run(monkeypatch, LOWER) == 1
    assert "samples/mill" in capsys.readouterr().out
    assert run(monkeypatch, LOWER, "--update") == 1
    assert load(file) == FLOORS
    assert run(monkeypatch, LOWER, "--update", "--lower") == 0
    assert load(file) == LOWER
    assert run(monkeypatch, BETTER, "--update") == 0
    assert load(file) == BETTER


def test_the_file_is_as_it_is_written() -> None:
    """So that `make floors` changes only lines of documents that changed, and the figures are the documents' sums."""
    assert FILE.read_text("utf-8") == dump(load())
    assert figures(load())["repairs that are made"].total > 300


def test_one_document_of_each_kind_is_measured_as_the_file_says() -> None:
    have = load()
    for kind, document in (("samples", "wool-mill"), ("clean", "wool-mill"), ("structure", "web_wx_kiln")):
        assert floors.scores_of(floors.Task(kind, document)) == have[f"{kind}/{document}"]
