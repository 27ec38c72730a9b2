"""What is known about Chinese personal names: surnames, and how names that stand together are told apart."""

from functools import cache
from importlib import resources

from pipeline.lexicon.vocabulary import NO_PHRASES, PhraseSet

MAX_NAME_RUN_CHARS = 24
"""Characters of a run of names that are read; a longer run is no list of names."""

USER_NAME_COST = 1.0
"""What a name costs that the user knows: less than any other."""


@cache
def not_names() -> frozenset[str]:
    """Words that begin like a name and are none."""
    return frozenset(_rows("no_names.txt"))


@cache
def surnames() -> dict[str, int]:
    """Surnames, simplified and traditional, with their rank: 0 for the commonest."""
    ranks: dict[str, int] = {}
    for rank, row in enumerate(_rows("surnames.tsv")):
        for form in row.split("\t"):
            ranks.setdefault(form, rank)
    return ranks


def is_name(text: str, people: PhraseSet = NO_PHRASES) -> bool:
    """Whether `text` is one of `people`, or a surname and a given name of one or two characters and nothing else.

    >>> is_name("施诗"), is_name("闻人澈"), is_name("视觉中国"), is_name("谢谢")
    (True, True, False, False)
    """
    return (bool(people) and text in people) or _cost(text) is not None


def split_names(run: str, people: PhraseSet = NO_PHRASES) -> tuple[str, ...] | None:
    """Read a run of characters as names written together, or None where it is no such thing.

    Of several readings the one with the commonest surnames and names of three characters is taken; names of `people`,
    whatever their form, go before all others.

    >>> names_in("陈凯星冯瑛冰"), names_in("葛素表张红河"), names_in("视觉中国")
    (('陈凯星', '冯瑛冰'), ('葛素表', '张红河'), None)
    """
    if people and run in people:
        return (run,)
    if not 2 <= len(run) <= MAX_NAME_RUN_CHARS:
        return None
    sizes = (2, 3, 4) if not people else tuple(sorted({2, 3, 4, *people.sizes}))
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
    found = best[len(run)]
    return found[1] if found else None


def _cost(name: str) -> float | None:
    """How unlikely a name is: rare surnames and, where names stand together, short given names cost more."""
    if not 2 <= len(name) <= 4 or name in not_names():
        return None
    ranks = surnames()
    if len(name) >= 3 and (rank := ranks.get(name[:2])) is not None:
        return 2.0 + rank / 500
    if len(name) == 4 or (rank := ranks.get(name[0])) is None:
        return None
    return (1.5 if len(name) == 3 else 2.0) + rank / 100


def _rows(name: str) -> list[str]:
    text = (resources.files("pipeline.lexicon") / name).read_text("utf-8")
    return [row for row in text.splitlines() if row and not row.startswith("#")]
