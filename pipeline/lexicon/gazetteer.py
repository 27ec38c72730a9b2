"""Names of places in Chinese: countries, provinces, cities, simplified and traditional."""

from functools import cache
from importlib import resources

MAX_PLACE_CHARS = 12
"""Characters of the longest name."""
AFTER = frozenset("省市州县縣区區镇鎮岛島港")
"""What may follow a name that the list has without it."""


@cache
def place_names() -> frozenset[str]:
    """Every name of the list."""
    text = (resources.files("pipeline.lexicon") / "gazetteer.txt").read_text("utf-8")
    return frozenset(row for row in text.splitlines() if row and not row.startswith("#"))


def place_end(text: str, start: int = 0) -> int:
    """Where the longest name of a place that starts at `start` ends; `start` where there is none.

    >>> place_at("贵州安顺"), place_at("贵州省安顺市"), place_at("施诗")
    (2, 3, 0)
    """
    known = place_names()
    for end in range(min(len(text), start + MAX_PLACE_CHARS), start + 1, -1):
        if text[start:end] in known:
            return end + 1 if text[end : end + 1] in AFTER else end
    return start


def place_coverage(text: str) -> float:
    """Share of `text` that names of places cover from its start on, without a gap.

    >>> covered("哈萨克斯坦阿斯塔纳"), covered("冰岛某某"), covered("某某冰岛")
    (1.0, 0.5, 0.0)
    """
    at = 0
    while (end := place_end(text, at)) > at:
        at = end
    return min(at, len(text)) / len(text) if text else 0.0
