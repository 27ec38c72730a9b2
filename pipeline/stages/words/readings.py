"""How a run of letters reads in its place, and how sure that is: `calledOn` is `called On`, `Kyzylorda` is one word.

A reading is weighed against the run as one word; what the margin is worth depends on what the reading looks like
(`Kind`), for a name is sooner made of words than a word is.
"""

import itertools
import math
from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec
import regex

from pipeline import lexicon
from pipeline.lexicon.runs import CAPITAL_INSIDE, LETTER, NAME, RUN
from pipeline.lexicon.segmentation import lowered, read, whole
from pipeline.vocabulary import Vocabulary

WORD_BEFORE = regex.compile(rf"(?<![\w'’])({LETTER}++(?:['’]{LETTER}++)*+) $")
WORD_AFTER = regex.compile(rf"[ -]({LETTER}++(?:['’]{LETTER}++)*+)(?!\w)")
BRAND = regex.compile(r"(?:\p{Lu}\p{Ll}{2,}){2,3}")
OPENING = regex.compile(r"(?:^|[.!?:]['\"”’)]?\s|\n)['\"“‘(]*$")
NEIGHBOURHOOD = 40
"""Code points on the left of a run in which the word before it must stand."""
COMMON = -7.5
"""log P of a word that is found in any text: articles, prepositions, pronouns, the most frequent verbs."""

NAMELIKE = 0.8
"""Share of capitals from which a word is a name."""
RARE = -14.5
"""log P of a word that is more likely a part of a name than a word."""
FREQUENT = -12.0
"""log P of a word that may be glued to a name which only the document knows."""

NAME_PARTICLES = frozenset({"Mc", "Mac", "De", "Des", "Di", "Du", "La", "Le", "Van", "Von", "Fitz", "O"})
"""What names are written together with: `McDonald`."""

Kind = Literal[
    "pair", "common", "plain", "name", "inner-capital", "identifier", "heading", "brand", "known-name", "document"
]
"""What a reading looks like.

pair: two words often seen side by side (`trade volume`); common: a word of any text at each cut (`decades of`);
plain: other words (`animal fear`); name: an unknown word with a capital (`Max data`); known-name: a known one (`Italy
entered`); inner-capital: a common word before a capital (`the Global`); identifier: another (`query Selector`);
heading: capitalised words, a common one among them (`The Plant`); brand: without one (`Game Spy`); document: a name
that the document has elsewhere (`Tokayev said`).
"""
TERM_LIKE: frozenset[Kind] = frozenset({"brand", "identifier", "name", "plain"})
BRAND_AT_MOST = 0.85
"""Two capitalised words may always be a brand: never more than a note."""
ODDS: dict[Kind, tuple[float, float]] = {
    "pair": (6.0, 0.8),
    "common": (6.0, 0.5),
    "plain": (6.5, 0.5),
    "name": (13.0, 0.4),
    "inner-capital": (5.0, 0.4),
    "identifier": (11.0, 0.4),
    "heading": (11.0, 0.4),
    "brand": (15.0, 0.4),
    "known-name": (10.0, 0.5),
    "document": (8.0, 0.5),
}
"""For each kind the margin at which a reading is right every other time, and how fast that grows (log odds a unit);
fitted on running prose with no and with every thirtieth space lost."""


LONGEST_KEPT = 60
"""Letters of the longest word of a user's that cuts are looked for in."""


class Known(msgspec.Struct, frozen=True):
    """What is a word beside those of the lexicon, in small letters.

    `words` may be pieces of a run; `kept` are the user's own, common ones too, and never taken apart.
    """

    words: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()

    def keeps(self, run: str) -> bool:
        """True for a run that the user says is one word, also with `'s` behind it."""
        word = lowered(run) if self.kept else ""
        return word in self.kept or word.removesuffix("'s") in self.kept

    def unbroken(self, run: str, cuts: tuple[int, ...]) -> tuple[int, ...]:
        """The cuts of a reading less those inside a word of the user's."""
        if not self.kept or not cuts:
            return cuts
        ends = (0, *cuts, len(run))
        inner: set[int] = set()
        for i, left in enumerate(ends):
            for j in range(i + 2, len(ends)):
                if ends[j] - left > LONGEST_KEPT:
                    break
                if self.keeps(run[left : ends[j]]):
                    inner.update(ends[i + 1 : j])
        return tuple(cut for cut in cuts if cut not in inner)


def told(vocabulary: Vocabulary) -> Known:
    """What a user's vocabulary makes known; a word of any text needs no help to be a piece."""
    words, kept = lexicon.words(), frozenset(lowered(word) for word in vocabulary.lowered if RUN.fullmatch(word))
    return Known(frozenset(word for word in kept if (words.logp(word) or -20.0) < NAME or words.join(word)), kept)


class Candidate(NamedTuple):
    """A run of letters that may be several words, the best reading of it, and what speaks for that reading."""

    start: int
    run: str
    cuts: tuple[int, ...]
    kind: Kind
    margin: float
    """Log odds of the reading against one word."""


def judged(text: str, start: int, run: str, known: Known, count: int) -> Candidate | None:
    """The best reading of the run at `start`, weighed against the run as one word."""
    words, end = lexicon.words(), start + len(run)
    head = text[max(0, start - NEIGHBOURHOOD) : start]
    left = WORD_BEFORE.search(head) if head[-1:] == " " else None
    right = WORD_AFTER.match(text, end)
    before, after = lowered(left[1]) if left else "", lowered(right[1]) if right else ""
    opens = start == 0 or OPENING.search(head) is not None
    # A capital inside a run begins a word, known or not: `theCharente`.
    strangers = CAPITAL_INSIDE.search(run) is not None
    reading = read(words, run, before, after, opens=opens, known=known.words, strangers=strangers)
    if reading is None:
        return None
    cuts = _without_strangers(run, known.unbroken(run, reading.cuts))
    kind = _kind(run, cuts, known) if cuts else None
    if kind is None or (kind in TERM_LIKE and (count > 1 or words.foreign(lowered(run)))):
        return None  # what comes twice is a name or a term
    if run[0].isupper() and lowered(run) in words and (not opens or not right or right[1][0].isupper()):
        return None  # `Tobe Hooper`
    return Candidate(start, run, cuts, kind, reading.score - whole(words, run, before, after, opens=opens))


def _without_strangers(run: str, cuts: tuple[int, ...]) -> tuple[int, ...]:
    """The cuts of a reading less those inside what may be one unknown word or a brand.

    `calledmahtobi` is `called mahtobi`, however much the rest looks like two rare words; in `calledSwellWisewhich` the
    brand stays whole.
    """
    if len(cuts) < 2:
        return cuts
    words, kept = lexicon.words(), []
    for left, cut, right in zip((0, *cuts), cuts, (*cuts[1:], len(run)), strict=False):
        first, second = lowered(run[left:cut]), lowered(run[cut:right])
        capitals = run[left].isupper() and run[cut].isupper()
        if words.pair(first, second) is not None or max(logp(first), logp(second)) > (COMMON if capitals else FREQUENT):
            kept.append(cut)
    return tuple(kept)


def _kind(run: str, cuts: tuple[int, ...], known: Known) -> Kind | None:
    """What a reading of `run` looks like; None for what must never be taken apart."""
    words = lexicon.words()
    pieces = [run[i:j] for i, j in zip((0, *cuts), (*cuts, len(run)), strict=True)]
    lower = [lowered(piece) for piece in pieces]
    beside = list(itertools.pairwise(lower))
    paired = all(words.pair(first, second) is not None for first, second in beside)
    common = [logp(word) > COMMON for word in lower]
    if CAPITAL_INSIDE.search(run) and pieces[0] in NAME_PARTICLES:
        return None
    if any(CAPITAL_INSIDE.search(piece) and not (BRAND.fullmatch(piece) or known.keeps(piece)) for piece in pieces):
        return None
    if _with_names(pieces, known):
        return "document"
    if CAPITAL_INSIDE.search(run):
        if pieces[0][0].isupper():
            return "heading" if any(common) or paired else "brand"
        return "inner-capital" if common[0] else "identifier"
    if run[0].isupper() and min(map(logp, lower)) < RARE:
        return "name"
    if paired:
        return "pair"
    if all(first or second for first, second in itertools.pairwise(common)):
        return "common"
    if not run[0].isupper():
        return "plain"
    well_known = words.capital(lower[0]) > NAMELIKE and all(logp(word) > FREQUENT for word in lower[1:])
    return "known-name" if well_known else "name"


def _with_names(pieces: list[str], known: Known) -> bool:
    """True where a name of the document stands among words: `Tokayev said`, `operator RelKota cancelled`."""
    names = [
        piece
        for piece in pieces
        if (word := lowered(piece)) in known.words and (piece[0].isupper() or word in known.kept)
    ]
    if not names:
        return False
    least = FREQUENT if lexicon.words().logp(lowered(names[0])) is not None else RARE
    return all(piece in names or (len(piece) > 2 and logp(lowered(piece)) > least) for piece in pieces)


@lru_cache(maxsize=1 << 15)
def promising(run: str) -> bool:
    """True for a run that looks like several words before anything is known about its place."""
    reading = read(lexicon.words(), run, opens=True)
    return reading is not None and reading.score > whole(lexicon.words(), run, opens=True)


def confidence(candidate: Candidate) -> float:
    """The share of such readings that were right on text with every thirtieth space lost."""
    even, slope = ODDS[candidate.kind]
    most = BRAND_AT_MOST if candidate.kind == "brand" else 0.99
    return round(min(most, 1 / (1 + math.exp(min(50.0, -slope * (candidate.margin - even))))), 2)


def logp(word: str) -> float:
    """Log P of a word, very low for one that is unknown."""
    known = lexicon.words().logp(word)
    return -20.0 if known is None else known
