"""The loader of word lists and tables."""

import pytest

from pipeline.lexicon.lists import rows, table


def test_a_list_has_its_entries_without_remarks_and_empty_lines() -> None:
    entries = rows("pipeline.stages.dialogue", "small-words.txt")
    assert entries
    assert not [entry for entry in entries if not entry or entry.startswith("#")]


def test_a_table_has_a_cell_between_two_tabs() -> None:
    assert {len(row) for row in table("pipeline.text.encodings", "signatures.tsv")} <= {2, 3}


def test_a_missing_list_raises() -> None:
    with pytest.raises(FileNotFoundError, match="no-such-list"):
        rows("pipeline.lexicon", "no-such-list.txt")
