"""Runs of letters in a text: where they stand, and which of them are words as they are."""

from collections.abc import Set
from functools import cache, lru_cache
from importlib import resources

import regex

from pipeline import lexicon
from pipeline.lexicon.segmentation import lowered

LETTER = r"[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]"
"""A letter of Latin script; `[^\\W\\d_]` would match Chinese too."""
RUN = regex.compile(rf"{LETTER}++(?:['’]{LETTER}++)*+")
CAPITAL_INSIDE = regex.compile(r"\p{Ll}\p{Lu}")
ONLY_LETTERS = bytes(code if code >= 128 or chr(code).isalpha() or chr(code) == "'" else 32 for code in range(256))
"""Translates every byte of ASCII that is no letter or apostrophe to a blank."""
SHORTEST_NAME, NAME = 4, -10.5
"""Letters that a name has at least, and the log P under which a mostly capitalised word is a name."""


def tokens(text: str) -> set[bytes]:
    """The different tokens of `text`, by the one scan that goes over all of it: at 100 MB/s, as it is done in C."""
    return set(text.encode().translate(ONLY_LETTERS).split())


def suspicious(tokens: Set[bytes]) -> set[str]:
    """The runs in `tokens` that are no words as they stand; each different token is looked up once per process."""
    return set().union(*map(_suspicious, tokens))


def names(tokens: Set[bytes]) -> set[str]:
    """The names in `tokens` that the lexicon knows, lowered: `Tajikistan`, but not `Monday` or `Bank`."""
    return set().union(*map(_names, tokens))


@lru_cache(maxsize=1 << 17)
def _names(token: bytes) -> tuple[str, ...]:
    if len(token) < SHORTEST_NAME or token.islower():
        return ()
    known = lexicon.words()
    found = [lowered(run) for run in RUN.findall(token.decode()) if len(run) >= SHORTEST_NAME and run[1:].islower()]
    return tuple(
        word
        for word in found
        if (known.logp(word) or 0.0) < NAME and known.capital(word) > 0.5 and not known.join(word)
    )


@lru_cache(maxsize=1 << 17)
def _suspicious(token: bytes) -> tuple[str, ...]:
    text = token.decode()
    runs = [text] if text.isascii() and text.isalpha() else RUN.findall(text)
    return tuple(run for run in runs if not plain(run))


@lru_cache(maxsize=1 << 17)
def plain(run: str) -> bool:
    """True for a run that is one word as it stands, by the lexicon or by the way it is made."""
    if len(run) < 3 or run.isupper():
        return True
    if not run[1:].islower() and CAPITAL_INSIDE.search(run):
        return False
    known, word = lexicon.words(), lowered(run)
    if word in known:
        return not known.join(word)
    if word.endswith("'s"):
        return plain(run[:-2])
    return derived(word)


def derived(word: str) -> bool:
    """True for a word made from a known one: `nondemocratic`, `explainability`, `plantswoman`."""
    for length in range(2, min(8, len(word) - 3)):
        if word[:length] in _affixes("prefixes") and _base(word[length:]):
            return True
    for length in range(1, min(9, len(word) - 2)):
        if word[-length:] in _affixes("suffixes"):
            stem = word[:-length]
            if _base(stem) or _base(stem + "e") or (stem[-1] == "i" and _base(stem[:-1] + "y")):
                return True
    return False


def token(text: str, start: int, end: int, reach: int) -> str:
    """What stands around `[start, end)` up to the next blanks, at most `reach` code points away."""
    left, right = text[max(0, start - reach) : start], text[end : end + reach]
    head = left.rsplit(maxsplit=1)[-1] if left and not left[-1].isspace() else ""
    tail = right.split(maxsplit=1)[0] if right and not right[0].isspace() else ""
    return head + text[start:end] + tail


def items(package: str, file: str) -> frozenset[str]:
    """The lines of a word list that is package data; `#` begins a comment line."""
    lines = (resources.files(package) / file).read_text("utf-8").split("\n")
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _base(word: str) -> bool:
    known = lexicon.words()
    return len(word) > 2 and word in known and not known.join(word)


@cache
def _affixes(name: str) -> frozenset[str]:
    return items("pipeline.lexicon", f"{name}.txt")
