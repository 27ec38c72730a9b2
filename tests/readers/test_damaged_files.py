"""Damaged files of every format, in every packing, are read or refused; `make soak` reads 20,000 of them."""

import sys
from pathlib import Path

import pytest
from damaged import DAMAGES, damaged_file, sound_files
from soak import damaged_files

COUNT = 250


def test_a_damaged_file_is_read_or_refused(tmp_path: Path) -> None:
    outcome = damaged_files.read_damaged(tmp_path, range(COUNT), 1)
    assert outcome.files == COUNT
    assert outcome.faults == []
    assert outcome.found["Record"] > COUNT
    assert outcome.found["Unreadable"] > COUNT // 2


def test_a_seed_gives_one_file_and_most_files_are_damaged() -> None:
    files = [damaged_file(number, 1) for number in range(100)]
    assert files == [damaged_file(number, 1) for number in range(100)]
    assert len({data for _, data in files}) > 90
    assert sum(data in sound_files().values() for _, data in files) < 5
    assert len(DAMAGES) == len(set(DAMAGES)) + 1


def test_a_process_that_dies_is_reported_and_the_next_files_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests the search itself: each of these processes dies at its first file."""
    command = [sys.executable, "-c", "import sys; sys.stdin.readline(); sys.exit(7)"]
    monkeypatch.setattr(damaged_files, "COMMAND", command)
    outcome = damaged_files.read_damaged(tmp_path, range(3), 1)
    assert [number for number, _, _ in outcome.faults] == [0, 1, 2]
    assert {what for _, _, what in outcome.faults} == {"the process ended with 7"}
    assert outcome.files == 3
