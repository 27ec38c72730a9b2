"""Chinese names of countries, provinces and cities, simplified and traditional."""

from functools import cache

from pipeline.lexicon.lists import rows

MAX_PLACE_CHARS = 12
"""Characters of the longest name that is looked up."""
PLACE_SUFFIXES = frozenset("省市州县縣区區镇鎮岛島港")
"""Province, city, state and the like, which the list has no names with."""


@cache
def place_names() -> frozenset[str]:
    """Every name of the list."""
    return frozenset(rows(__package__, "gazetteer.txt"))


def place_end(text: str, start: int = 0) -> int:
    """The end of the longest place name that begins at `start`, with its suffix; `start` if there is none.

    >>> place_end("贵州安顺"), place_end("贵州省安顺市"), place_end("施诗")
    (2, 3, 0)
    """
    known = place_names()
    for end in range(min(len(text), start + MAX_PLACE_CHARS), start + 1, -1):
        if text[start:end] in known:
            return end + 1 if text[end : end + 1] in PLACE_SUFFIXES else end
    return start


def place_coverage(text: str) -> float:
    """The share of `text`, from 0 to 1, that place names cover from its start without a gap.

    >>> place_coverage("哈萨克斯坦阿斯塔纳"), place_coverage("冰岛某某"), place_coverage("某某冰岛")
    (1.0, 0.5, 0.0)
    """
    at = 0
    while (end := place_end(text, at)) > at:
        at = end
    return min(at, len(text)) / len(text) if text else 0.0
