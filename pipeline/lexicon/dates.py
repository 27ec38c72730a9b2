"""The English months, for patterns that look for dates."""

from functools import cache

from pipeline.lexicon.lists import table


@cache
def month_names() -> tuple[str, ...]:
    """The months in full, January first.

    >>> month_names()[:3]
    ('January', 'February', 'March')
    """
    return tuple(name for name, _ in table(__package__, "months.tsv"))


@cache
def month_abbreviations() -> tuple[str, ...]:
    """The months in three letters, `Jan` first.

    >>> month_abbreviations()[:3]
    ('Jan', 'Feb', 'Mar')
    """
    return tuple(abbreviation for _, abbreviation in table(__package__, "months.tsv"))
