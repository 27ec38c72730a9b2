"""Months in full and abbreviated."""

from pipeline.lexicon.dates import month_abbreviations, month_names


def test_there_are_twelve_months_in_order() -> None:
    assert len(month_names()) == len(month_abbreviations()) == 12
    assert (month_names()[0], month_names()[-1]) == ("January", "December")


def test_an_abbreviation_is_the_start_of_its_month() -> None:
    assert all(name[:3] == short for name, short in zip(month_names(), month_abbreviations(), strict=True))
