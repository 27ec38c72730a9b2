"""Chinese personal names: surnames, and how a run of names without spaces is split."""

from functools import cache

from pipeline.lexicon.lists import rows, table
from pipeline.lexicon.vocabulary import NO_PHRASES, PhraseSet

MAX_NAME_RUN_CHARS = 24
"""Characters of the longest run that can be a list of names."""

USER_NAME_COST = 1.0
"""Cost of a name that the user knows: less than that of any other name."""
TWO_CHARACTER_SURNAME_COST, LONG_NAME_COST, SHORT_NAME_COST = 2.0, 1.5, 2.0
"""Cost of a name with a surname of two characters, and of names of three and of two characters."""
LONG_SURNAME_RANKS, SURNAME_RANKS = 500, 100
"""Ranks of a surname for which its name costs one more; there are fewer surnames of two characters."""
NAME_CHARACTERS = (2, 3, 4)


@cache
def not_names() -> frozenset[str]:
    """Words that begin like a name and are no name."""
    return frozenset(rows(__package__, "no_names.txt"))


@cache
def surnames() -> dict[str, int]:
    """Surnames, simplified and traditional, with their rank: 0 for the most common."""
    ranks: dict[str, int] = {}
    for rank, forms in enumerate(table(__package__, "surnames.tsv")):
        for form in forms:
            ranks.setdefault(form, rank)
    return ranks


def is_name(text: str, people: PhraseSet = NO_PHRASES) -> bool:
    """Whether `text` is one of `people`, or a surname with a given name of one or two characters.

    >>> is_name("施诗"), is_name("闻人澈"), is_name("视觉中国"), is_name("谢谢")
    (True, True, False, False)
    """
    return (bool(people) and text in people) or _cost(text) is not None


def split_names(run: str, people: PhraseSet = NO_PHRASES) -> tuple[str, ...] | None:
    """Splits a run of names without spaces; None if it is no such run.

    Of several readings, the one with the most common surnames and most names of three characters wins. Names of
    `people`, whatever their form, are preferred to all others.

    >>> split_names("陈凯星冯瑛冰"), split_names("葛素表张红河"), split_names("视觉中国")
    (('陈凯星', '冯瑛冰'), ('葛素表', '张红河'), None)
    """
    if people and run in people:
        return (run,)
    if not 2 <= len(run) <= MAX_NAME_RUN_CHARS:
        return None
    sizes = tuple(sorted({*NAME_CHARACTERS, *people.sizes})) if people else NAME_CHARACTERS
    best: list[tuple[float, tuple[str, ...]] | None] = [(0.0, ())] + [None] * len(run)
    for end in range(1, len(run) + 1):
        for size in sizes:
            before = best[end - size] if size <= end else None
            if before is None:
                continue
            name = run[end - size : end]
            cost = USER_NAME_COST if people and name in people else _cost(name)
            if cost is not None and ((known := best[end]) is None or before[0] + cost < known[0]):
                best[end] = before[0] + cost, (*before[1], name)
    reading = best[len(run)]
    return reading[1] if reading else None


def _cost(name: str) -> float | None:
    """How unlikely a name is; None for what is no name. Rare surnames and short given names cost more."""
    if len(name) not in NAME_CHARACTERS or name in not_names():
        return None
    ranks = surnames()
    if len(name) >= 3 and (rank := ranks.get(name[:2])) is not None:
        return TWO_CHARACTER_SURNAME_COST + rank / LONG_SURNAME_RANKS
    if len(name) == 4 or (rank := ranks.get(name[0])) is None:
        return None
    return (LONG_NAME_COST if len(name) == 3 else SHORT_NAME_COST) + rank / SURNAME_RANKS
