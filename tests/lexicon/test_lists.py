"""One loader reads all word lists and tables."""

import pytest

from pipeline.lexicon.lists import rows, table


def test_a_list_has_its_entries_without_remarks_and_empty_lines() -> None:
    entries = rows("pipeline.stages.dialogue", "small-words.txt")
    assert entries
    assert not [entry for entry in entries if not entry or entry.startswith("#")]


def test_a_table_has_a_cell_between_two_tabs() -> None:
    assert {len(row) for row in table("pipeline.text.encodings", "signatures.tsv")} <= {2, 3}


def test_a_list_that_is_not_there_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="no-such-list"):
        rows("pipeline.lexicon", "no-such-list.txt")
