"""Titles before a name, and abbreviations with a full stop."""

from pipeline.lexicon.honorifics import abbreviations, honorifics


def test_titles_differ_by_use() -> None:
    assert "Captain" in honorifics("l")
    assert "Captain" not in honorifics("m")
    assert "Miss" in honorifics("m")
    assert "Miss" not in honorifics("l")


def test_titles_with_a_full_stop_are_abbreviations() -> None:
    assert {title.lower() for title in honorifics("d")} < abbreviations()
    assert "vol" in abbreviations()
    assert "captain" not in abbreviations()
