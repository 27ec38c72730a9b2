"""Words that are made from a known one: `nondemocratic`, `explainability`, `plantswoman`."""

from functools import cache
from importlib import resources

from pipeline.lexicon import english


def is_affixed(word: str) -> bool:
    """True for a known word with a prefix or a suffix of the lists beside the lexicon."""
    for length in range(2, min(8, len(word) - 3)):
        if word[:length] in _affixes("prefixes") and _is_base(word[length:]):
            return True
    for length in range(1, min(9, len(word) - 2)):
        if word[-length:] in _affixes("suffixes"):
            stem = word[:-length]
            if _is_base(stem) or _is_base(stem + "e") or (stem[-1] == "i" and _is_base(stem[:-1] + "y")):
                return True
    return False


def _is_base(word: str) -> bool:
    known = english.lexicon()
    return len(word) > 2 and word in known and not known.join(word)


@cache
def _affixes(name: str) -> frozenset[str]:
    lines = (resources.files("pipeline.lexicon") / f"{name}.txt").read_text("utf-8").split("\n")
    return frozenset(line for line in lines if line and not line.startswith("#"))
