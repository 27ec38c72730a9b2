"""The words that may stand at each place of a run: known ones, strangers, and those of the document."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from pipeline.lexicon import english
from pipeline.lexicon.english import MIN_NAME_ODDS, POINTS_PER_NAT, Spelling
from pipeline.segmentation.cache import TwoGenerationCache
from pipeline.segmentation.word_scores import lowered

MAX_WORD_LETTERS = 24
"""Letters of the longest word that a run is taken apart into."""
SHORTEST_STRANGER, SHORTEST_AMID, LONGEST_STRANGER = 3, 5, 16
"""Letters of the shortest unknown word that is part of a run, and of one amid it, and of the longest."""
DOCUMENT_WORD = -12 * POINTS_PER_NAT
"""log P of a word that only the document itself shows to be one."""
NAME_LEFT_SMALL, HIGHEST_ODDS = 24, 80
"""Odds from which on a name costs something where it has no capital, and odds beyond which it costs no more."""
PARTED_CAPITALS = -4 * POINTS_PER_NAT
"""What a piece costs that begins inside a row of capitals."""
CAPITAL_LEFT_ALONE = -3 * POINTS_PER_NAT
"""What a small letter costs that begins a piece right behind a capital: `X his` of `Xhis`."""
SLIP = -2 * POINTS_PER_NAT
"""What a piece like `ofthe` costs, beside how much rarer it is than its two halves."""
HOPELESS, HOPELESS_IN_LONG = 8 * POINTS_PER_NAT, 6 * POINTS_PER_NAT
"""Readings without their neighbours that lag so far behind are not looked at with them; less in a long run."""
MIN_LETTER_POINTS = -7 * POINTS_PER_NAT
"""Log P a letter under which a word is too rare for its length to be part of anything: `ae`, `zzt`."""
LONG_RUN_LETTERS = 30
"""Letters of a long run."""
NO_SCORE = -(10**7)
"""The score of a reading that there is not."""


class Edge(NamedTuple):
    """A word that may stand at `[start, end)` of a run, its log P, and what its capitals and its rarity cost it."""

    start: int
    end: int
    word: str
    points: int
    extra: int


class Costs(NamedTuple):
    """What a reading pays for words that the lexicon does not know, and for capitals inside a word."""

    stranger: int
    """log P that a word is one the lexicon does not know."""
    small_stranger: int
    """What one costs beside that which has no capital: most are names."""
    capital_inside: int
    """What a piece like `tHe` or `forKing` costs."""
    amid: int
    """What one costs beside that which is small and neither begins nor ends its run; `NO_SCORE` if none is tried."""


SPACED_LINE_COSTS = Costs(-5 * POINTS_PER_NAT, -30, -7 * POINTS_PER_NAT, NO_SCORE)
"""In a line of words: an unknown run is mostly one word."""
UNSPACED_LINE_COSTS = Costs(-2 * POINTS_PER_NAT, -3 * POINTS_PER_NAT, -10 * POINTS_PER_NAT, -8 * POINTS_PER_NAT)
"""In a line without spaces, where capitals are what is left of them."""


def _next_capitals(run: str) -> list[int]:
    """The place of the first capital behind each letter of a run, or the length of the run."""
    last = len(run)
    found = [last] * last
    for place in range(last - 1, -1, -1):
        found[place] = last
        if run[place].isupper():
            last = place
    return found


def _usual_name(odds: int) -> int:
    """What a word costs that has a capital and is no name."""
    return max(-HIGHEST_ODDS, odds + 12) if odds < -12 else 0


def _mixed(piece: str, costs: Costs) -> int:
    """What a piece with capitals behind its first letter costs."""
    return -40 if piece.isupper() else costs.capital_inside


NO_LENGTHS: Mapping[int, Set[str]] = {}

EdgeTuple = tuple[int, int, str, int, int]
"""A piece before it is known whether it is hopeless: the same five, as a plain tuple."""


def edges_of(run: str, costs: Costs = SPACED_LINE_COSTS) -> tuple[Edge, ...]:
    """The words that may stand in `run`, whatever stands around it; the hopeless ones are left out."""
    return edge_cache(run, costs)


def _pieces(run: str, costs: Costs) -> tuple[Edge, ...]:
    """`edges_of`, found anew.

    From a place to which every reading is hopeless beside one that passes over it no word is looked for.
    """
    words, small, size = english.lexicon(), lowered(run), len(run)
    has_capitals = run != small
    next_capital = _next_capitals(run)
    spelling, has_marks = words.spellings(small), "'" in small
    least = HOPELESS if size <= LONG_RUN_LETTERS else HOPELESS_IN_LONG
    ahead = [NO_SCORE] * (size + 1)
    ahead[0] = 0
    found: list[EdgeTuple] = []
    for start in range(size):
        reach = ahead[start]
        capital = has_capitals and run[start].isupper()
        if not capital and reach + least < max(ahead[start + 1 : start + 1 + MAX_WORD_LETTERS]):
            continue
        here: list[EdgeTuple] = []
        if reach > NO_SCORE:
            parted, lower = _parted(run, start) if start and has_capitals else 0, next_capital[start]
            for word, points, odds, slipped in words.starts(small[start : start + MAX_WORD_LETTERS]):
                end = start + len(word)
                if points < MIN_LETTER_POINTS * (end - start) or (has_marks and small.startswith("'", end)):
                    continue
                shape = parted
                if end > lower:
                    shape += _mixed(run[start:end], costs) if start else _opening(run[start:end], costs)
                elif start and (capital or odds > NAME_LEFT_SMALL):
                    shape += _usual_name(odds) if capital else -min(odds, HIGHEST_ODDS) // 2
                if slipped and not (capital and odds > MIN_NAME_ODDS):
                    shape += SLIP - slipped * POINTS_PER_NAT // 32
                here.append((start, end, word, points, shape))
        if start == 0 or capital or size - start <= LONGEST_STRANGER or costs.amid > NO_SCORE:
            here += _strangers(run, small, start, {draft[1] for draft in here}, spelling, costs)
        for _, end, _, points, extra in here:
            if (score := reach + points + extra) > ahead[end]:
                ahead[end] = score
        found += here
    return tuple(map(Edge._make, _hopeful(sorted(found), ahead, least)))


edge_cache = TwoGenerationCache(_pieces, 1 << 12)
"""`edges_of` remembers those of many runs."""


def _strangers(
    run: str, small: str, start: int, known: Set[int], spelling: Spelling, costs: Costs
) -> Iterator[EdgeTuple]:
    """What may be a word nobody knows from `start` on: at the start of a run, at a capital, up to the end, or amid it.

    The ends of words that are `known` are left out.
    """
    size, capital = len(run), run[start].isupper()
    ends: Sequence[int]
    if start == 0:
        ends = [*range(SHORTEST_STRANGER, min(size, LONGEST_STRANGER + 1)), size]
    elif capital:
        ends = range(start + SHORTEST_STRANGER, min(size, start + LONGEST_STRANGER) + 1)
    else:
        ends = (size,) if SHORTEST_STRANGER <= size - start <= LONGEST_STRANGER else ()
        if costs.amid > NO_SCORE:
            ends = (*range(start + SHORTEST_AMID, min(size, start + LONGEST_STRANGER + 1)), *ends)
    least = costs.stranger + (0 if capital else costs.small_stranger)
    for end in ends:
        if end in known:
            continue
        if end - start >= SHORTEST_STRANGER and _whole(small, start, end):
            shape = costs.capital_inside if run[start + 1 : end] != small[start + 1 : end] else 0
            if start and not capital and end < size:
                shape += costs.amid
            yield start, end, small[start:end], least + spelling.between(start, end), shape
        elif end - start == size:
            yield 0, size, small, costs.stranger + spelling.between(0, size), 0


def _whole(small: str, start: int, end: int) -> bool:
    """Whether no apostrophe stands at an edge of a piece."""
    return "'" not in (small[start], small[end - 1]) and small[end : end + 1] != "'"


def _parted(run: str, start: int) -> int:
    """What it costs to part two capitals: `WHO` is one word, but `A` and `I` are words, too."""
    if not run[start - 1].isupper() or (run[start - 1] in "AI" and (start == 1 or run[start - 2].islower())):
        return 0
    return PARTED_CAPITALS if run[start].isupper() else CAPITAL_LEFT_ALONE


def _opening(piece: str, costs: Costs) -> int:
    """What a piece with capitals behind its first letter costs at the start of a run, where they have many reasons."""
    return 0 if piece.isupper() else costs.capital_inside


def _hopeful(found: list[EdgeTuple], ahead: list[int], least: int) -> Iterator[EdgeTuple]:
    """The pieces through which a reading goes that lags by no more than `least`; the whole run always.

    `ahead` is the score of the best reading up to each place.
    """
    size = len(ahead) - 1
    behind = [NO_SCORE] * (size + 1)
    behind[size] = 0
    for start, end, _, points, extra in reversed(found):
        if (score := behind[end] + points + extra) > behind[start]:
            behind[start] = score
    for piece in found:
        start, end, _, points, extra = piece
        if ahead[start] + points + extra + behind[end] >= ahead[size] - least or end - start == size:
            yield piece


WordsByPrefix = Mapping[str, Mapping[int, Set[str]]]
"""Words by their first two letters, then by their length."""


def index_by_prefix(known: Iterable[str]) -> WordsByPrefix:
    """Words as `document_edges` looks them up: a place of a run costs one look for each length."""
    found: dict[str, dict[int, set[str]]] = {}
    for word in known:
        found.setdefault(word[:2], {}).setdefault(len(word), set()).add(word)
    return found


def document_edges(run: str, known: WordsByPrefix) -> list[Edge]:
    """The pieces of `run` that are words of the document's own, or the user's; the run itself is none.

    The words are given `index_by_prefix`.
    """
    if not known:
        return []
    small, size = lowered(run), len(run)
    return [
        Edge(start, start + length, word, DOCUMENT_WORD, 0)
        for start in range(size - 1)
        for length, words in known.get(small[start : start + 2], NO_LENGTHS).items()
        if length < size
        and (word := small[start : start + length]) in words
        and not small.startswith("'", start + length)
    ]
