"""The report on what spacing changes in clean text."""

from pathlib import Path

import pytest

from benchmarks.clean_text import report


def test_edits_are_counted_by_kind_and_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder in the folder is a kind; each edit is shown in its place."""
    for kind, text in (
        ("sound", "The tide turned at noon."),
        ("joined", "The tide turned atnoon, and all ofthe boats left."),
    ):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "a.txt").write_text(text, "utf-8")
    report(tmp_path)
    _, _, joined, sound, *examples = capsys.readouterr().out.splitlines()
    assert joined.split()[:4] == ["joined", "9", "2", "222.222"]
    assert sound.split() == ["sound", "5", "0", "0.000"]
    assert any("all of[| ]the boats" in example for example in examples)


def test_a_folder_without_folders_is_one_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A user's own texts need no order."""
    (tmp_path / "a.txt").write_text("The tide turned at noon.", "utf-8")
    report(tmp_path)
    assert capsys.readouterr().out.splitlines()[2].split()[:2] == [tmp_path.name, "5"]
