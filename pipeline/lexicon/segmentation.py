"""Where the words of a run of letters most likely end: `calledThe` is `called The`.

Viterbi's search over words and pairs of words, as Norvig does it ("Natural Language Corpus Data", in *Beautiful
Data*, 2009), with three additions: capitals say where words begin, a word may be known from the document alone, and
the words on both sides of the run count.
"""

import math
from collections.abc import Set
from typing import NamedTuple

from pipeline.lexicon import Lexicon

LONGEST = 24
"""Letters of the longest word that a run is taken apart into."""
KEPT = 3
"""Readings kept for each place in the run."""
HOPELESS = 14.0
"""Log odds by which a reading of the first part of a run may lag behind another."""
UNSEEN_PAIR = -0.9
"""What a pair never seen costs beside the second word's own probability."""
DOCUMENT_WORD = -11.0
"""log P of a word that only the document itself shows to be one."""
MIXED_CASE = -7.0
"""What a piece like `tHe` or `forKing` costs."""
SHORT, RARE_SHORT = 2, -8.5
"""Words of two letters count only when they are frequent: lists of words are full of abbreviations."""
LONGEST_STRANGER = 14
"""Letters of the longest unknown word inside a run."""
UNKNOWN = -5.0
"""log P that a word is one the lexicon does not know."""


class Reading(NamedTuple):
    """One way to read a run: its log probability, and where its words end except the last."""

    score: float
    cuts: tuple[int, ...]


class _Path(NamedTuple):
    """A reading up to some place: its log probability, its last word, the path before that word and where it ends."""

    score: float
    word: str
    end: int
    so_far: "_Path | None"


def lowered(run: str) -> str:
    """The form in which the lexicon knows a word; letters whose lower case is longer stay as they are."""
    small = run.lower().replace("’", "'")
    return small if len(small) == len(run) else run


def transition(lexicon: Lexicon, before: str, word: str, alone: float) -> float:
    """Log P(word | before), where `alone` is log P(word) and `before` may be empty."""
    if not before:
        return alone
    pair = lexicon.pair(before, word)
    return alone + UNSEEN_PAIR if pair is None else max(pair, alone + UNSEEN_PAIR)


def capitals(piece: str, share: float, *, opens: bool) -> float:
    """Log P of the capitals of `piece`, a word capitalised at that `share`.

    At the opening of a sentence the first capital says nothing; for a word of the document, its share is under 0, none
    does.
    """
    if share < 0:
        return 0.0
    if piece.islower():
        return math.log(1 - min(0.98, share))
    if len(piece) > 1 and not piece[1:].islower():
        return math.log(0.02) if piece.isupper() else MIXED_CASE
    return 0.0 if opens else math.log(max(0.003, share))


def read(
    lexicon: Lexicon,
    run: str,
    before: str = "",
    after: str = "",
    *,
    opens: bool = False,
    known: Set[str] = frozenset(),
    strangers: bool = False,
    cut_off: bool = False,
) -> Reading | None:
    """The best reading of `run` as two or more words of the lexicon or of `known`, or None where there is none.

    In: `decadesof`, out: cuts (7,). `before` and `after` are the words beside it, empty where there are none. With
    `strangers` a piece that begins with a capital may be a word that nobody knows, at the price of its spelling; in a
    run that is `cut_off`, so may the last.
    """
    small, size = lowered(run), len(run)
    paths: list[list[_Path]] = [[] for _ in range(size + 1)]
    paths[0] = [_Path(0.0, before, 0, None)]
    for start in range(size):
        best = sorted(paths[start], key=_score, reverse=True)[:KEPT]
        paths[start] = []
        if not best:
            continue
        best = [path for path in best if path.score > best[0].score - HOPELESS]
        # A name begins with a capital, and most unknown words are names.
        unknown = strangers and (start == 0 or run[start].isupper())
        pieces = _words_at(lexicon, small, start, known, strangers=unknown)
        if cut_off and not unknown and 1 < size - start <= LONGEST_STRANGER:
            pieces.append((small[start:], UNKNOWN + lexicon.spelling(small[start:]), 0.5))
        for word, alone, share in pieces:
            end = start + len(word)
            if len(word) == size or (end < size and small[end] == "'"):
                continue
            shape = capitals(run[start:end], share, opens=opens and start == 0)
            for path in best:
                total = path.score + shape + transition(lexicon, path.word, word, alone)
                paths[end].append(_Path(total, word, end, path))
    if not paths[size]:
        return None
    return _chosen(lexicon, paths[size], after)


def _score(path: _Path) -> float:
    return path.score


def _chosen(lexicon: Lexicon, paths: list[_Path], after: str) -> Reading:
    score, last = max(((_closed(lexicon, path.score, path.word, after), path) for path in paths), key=_first)
    cuts, path = [], last.so_far
    while path is not None and path.end:
        cuts.append(path.end)
        path = path.so_far
    return Reading(score, tuple(reversed(cuts)))


def _first(scored: tuple[float, _Path]) -> float:
    return scored[0]


def whole(lexicon: Lexicon, run: str, before: str = "", after: str = "", *, opens: bool = False) -> float:
    """Log P of `run` as one word, known or not."""
    word = lowered(run)
    alone = lexicon.logp(word)
    if alone is None:
        alone = UNKNOWN + lexicon.spelling(word)
        return alone + (MIXED_CASE if run[1:] != run[1:].lower() else 0.0)
    score = transition(lexicon, before, word, alone) + capitals(run, lexicon.capital(word), opens=opens)
    return _closed(lexicon, score, word, after)


def _closed(lexicon: Lexicon, score: float, word: str, after: str) -> float:
    alone = lexicon.logp(after) if after else None
    if alone is None:
        return score
    return score + transition(lexicon, word, after, alone) - alone


def _words_at(
    lexicon: Lexicon, small: str, start: int, known: Set[str], *, strangers: bool
) -> list[tuple[str, float, float]]:
    """The words that may begin at `start`, each with its log P and its share of capitals."""
    rest = small[start : start + LONGEST]
    found = [word for word in lexicon.starts(rest) if len(word[0]) > SHORT or word[1] > RARE_SHORT]
    if known:
        found.extend((rest[:end], DOCUMENT_WORD, -1.0) for end in range(4, len(rest) + 1) if rest[:end] in known)
    if strangers:
        there = {word for word, _, _ in found}
        spellings = lexicon.spellings(rest[:LONGEST_STRANGER])
        found.extend(
            (rest[:end], UNKNOWN + spellings[end - 1], 0.5)
            for end in range(3, len(spellings) + 1)
            if rest[:end] not in there
        )
    return found
