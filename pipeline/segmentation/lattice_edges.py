"""The words that may be at each place of a run: known words, unknown ones, and those of the document.

All scores are points of log P. A reading of a run is a path over its edges.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache
from typing import NamedTuple

import msgspec

from pipeline.lexicon import english
from pipeline.lexicon.english import MIN_NAME_ODDS, POINTS_PER_NAT, Spelling
from pipeline.segmentation.cache import TwoGenerationCache
from pipeline.segmentation.word_scores import lowered

MAX_WORD_LETTERS = 24
"""Letters of the longest word that a run may be split into."""
MIN_UNKNOWN_LETTERS, MIN_INNER_UNKNOWN_LETTERS, MAX_UNKNOWN_LETTERS = 3, 5, 16
"""Letters of the shortest unknown word in a run, of the shortest inside it, and of the longest."""
OWN_WORD_POINTS = -12 * POINTS_PER_NAT
"""log P of a word that only the document shows to be one."""
SMALL_NAME_ODDS, MAX_NAME_ODDS = 24, 80
"""Odds above which a name without its capital costs something, and odds beyond which it costs no more."""
NO_NAME_ODDS = -12
"""Odds under which a word with a capital that is no name costs something."""
SPLIT_CAPITALS_POINTS = -4 * POINTS_PER_NAT
"""Cost of a word that begins inside a row of capitals."""
LONE_CAPITAL_POINTS = -3 * POINTS_PER_NAT
"""Cost of a small letter that begins a word right after a capital: `X his` in `Xhis`."""
ALL_CAPITALS_POINTS = -40
"""Cost of a word in capitals inside a run."""
JOINED_WORD_POINTS = -2 * POINTS_PER_NAT
"""Cost of a word like `ofthe`, in addition to how much rarer it is than its two halves."""
JOIN_SCORE_SCALE = 32
"""Join scores for one natural unit of log P."""
MAX_LAG, MAX_LAG_IN_LONG_RUN = 8 * POINTS_PER_NAT, 6 * POINTS_PER_NAT
"""Points by which a reading without its neighbours may lag behind the best one; less in a long run."""
LONG_RUN_LETTERS = 30
MIN_LETTER_POINTS = -7 * POINTS_PER_NAT
"""Log P a letter under which a word is too rare for its length to be part of anything: `ae`, `zzt`."""
NO_SCORE = -(10**7)
"""The score of a reading that does not exist."""
MAX_CACHED_RUNS = 1 << 12


class Edge(NamedTuple):
    """A word that may be at `[start, end)` of a run, its log P, and the extra cost of its capitals and its rarity."""

    start: int
    end: int
    word: str
    points: int
    extra: int
    is_beginning: bool = False
    """The run ends with only the beginning of the word."""


class Costs(NamedTuple):
    """The cost, in points, of unknown words and of capitals inside a word."""

    unknown: int
    """log P that a word is unknown to the lexicon."""
    small_unknown: int
    """Extra cost of an unknown word without a capital: most are names."""
    capital_inside: int
    """Extra cost of a word like `tHe` or `forKing`."""
    inner_unknown: int
    """Extra cost of a small unknown word that neither begins nor ends its run; with `NO_SCORE` none is tried."""


SPACED_LINE_COSTS = Costs(-5 * POINTS_PER_NAT, -30, -7 * POINTS_PER_NAT, NO_SCORE)
"""In a line with spaces an unknown run is mostly one word."""
CUT_OFF_POINTS = -4 * POINTS_PER_NAT
"""log P that a line was cut off inside a given word. With -3 nats more whole titles were taken for cut ones (27 of 300,
now 18), with -5 fewer of those that were (94 of 178, now 101)."""
MAX_CUT_LETTERS, MAX_COMPLETIONS = 12, 12
"""Letters of the longest beginning of a word that a line may end in, and how many of its likeliest completions are
tried. Both bound the time."""
UNSPACED_LINE_COSTS = Costs(-2 * POINTS_PER_NAT, -3 * POINTS_PER_NAT, -10 * POINTS_PER_NAT, -8 * POINTS_PER_NAT)
"""In a line without spaces, capitals are all that is left of them."""


class _PreparedRun(msgspec.Struct, frozen=True, gc=False):
    """A run of letters with what is computed once for all its edges."""

    text: str
    small: str
    size: int
    has_capitals: bool
    has_apostrophe: bool
    next_capital: list[int]
    """For each letter, the place of the first capital after it, or the length of the run."""
    spelling: Spelling

    @classmethod
    def of(cls, text: str) -> "_PreparedRun":
        small = lowered(text)
        spelling = english.lexicon().spellings(small)
        return cls(text, small, len(text), text != small, "'" in small, _next_capitals(text), spelling)


EdgeTuple = tuple[int, int, str, int, int, bool]
"""The fields of an `Edge` as a plain tuple: most edges are dropped again, and tuples are made faster."""


def edges_of(run: str, costs: Costs = SPACED_LINE_COSTS, *, cut_off: bool = False) -> tuple[Edge, ...]:
    """The words that may be in `run`, whatever is around it, without those on hopeless readings only.

    A run that may be `cut_off` may end in the beginning of a word.
    """
    return edge_cache(run, costs, cut_off)


def _edges_of(text: str, costs: Costs, cut_off: bool = False) -> tuple[Edge, ...]:  # noqa: FBT001, FBT002
    """`edges_of` without its cache.

    No word is looked up at a place that only hopeless readings reach.
    """
    run = _PreparedRun.of(text)
    max_lag = MAX_LAG if run.size <= LONG_RUN_LETTERS else MAX_LAG_IN_LONG_RUN
    best_to = [0, *[NO_SCORE] * run.size]
    """The score of the best reading up to each place."""
    edges: list[EdgeTuple] = []
    for start in range(run.size):
        score = best_to[start]
        capital = run.has_capitals and text[start].isupper()
        if not capital and score + max_lag < max(best_to[start + 1 : start + 1 + MAX_WORD_LETTERS]):
            continue
        starting = _known_edges(run, start, costs, capital=capital) if score > NO_SCORE else []
        if start == 0 or capital or run.size - start <= MAX_UNKNOWN_LETTERS or costs.inner_unknown > NO_SCORE:
            starting += _unknown_edges(run, start, {edge[1] for edge in starting}, costs)
        if cut_off:
            starting += _beginnings(run, start)
        for _, end, _, points, extra, _ in starting:
            if (total := score + points + extra) > best_to[end]:
                best_to[end] = total
        edges += starting
    return tuple(map(Edge._make, _hopeful(sorted(edges), best_to, max_lag)))


edge_cache = TwoGenerationCache(_edges_of, MAX_CACHED_RUNS)


def _known_edges(run: _PreparedRun, start: int, costs: Costs, *, capital: bool) -> list[EdgeTuple]:
    """The words of the lexicon that begin at `start`, with a `capital` or without."""
    small, next_capital = run.small, run.next_capital[start]
    split = _split_cost(run.text, start) if start and run.has_capitals else 0
    edges: list[EdgeTuple] = []
    for word, points, capital_odds, join_score in english.lexicon().starts(small[start : start + MAX_WORD_LETTERS]):
        end = start + len(word)
        if points < MIN_LETTER_POINTS * (end - start) or (run.has_apostrophe and small.startswith("'", end)):
            continue
        extra = split
        if end > next_capital:
            extra += _inner_capitals_cost(run.text[start:end], costs, starts_run=not start)
        elif start and (capital or capital_odds > SMALL_NAME_ODDS):
            extra += _first_letter_cost(capital_odds, capital=capital)
        if join_score and not (capital and capital_odds > MIN_NAME_ODDS):
            extra += JOINED_WORD_POINTS - join_score * POINTS_PER_NAT // JOIN_SCORE_SCALE
        edges.append((start, end, word, points, extra, False))
    return edges


def _inner_capitals_cost(piece: str, costs: Costs, *, starts_run: bool) -> int:
    """The cost of capitals after the first letter. All capitals cost nothing at the start of a run: `NATOsaid`."""
    if piece.isupper():
        return 0 if starts_run else ALL_CAPITALS_POINTS
    return costs.capital_inside


def _first_letter_cost(capital_odds: int, *, capital: bool) -> int:
    """The cost of a capital on a word that is no name, or of a name without its capital."""
    if capital:
        return max(-MAX_NAME_ODDS, capital_odds - NO_NAME_ODDS) if capital_odds < NO_NAME_ODDS else 0
    return -min(capital_odds, MAX_NAME_ODDS) // 2


def _next_capitals(text: str) -> list[int]:
    last = len(text)
    places = [last] * last
    for place in range(last - 1, -1, -1):
        places[place] = last
        if text[place].isupper():
            last = place
    return places


def _unknown_edges(run: _PreparedRun, start: int, known_ends: Set[int], costs: Costs) -> Iterator[EdgeTuple]:
    """The unknown words that may begin at `start`: at the start of the run, at a capital, up to the end, or inside.

    None ends where a known word ends.
    """
    text, small, size = run.text, run.small, run.size
    capital = text[start].isupper()
    points = costs.unknown + (0 if capital else costs.small_unknown)
    for end in _unknown_ends(start, size, costs, capital=capital):
        if end in known_ends:
            continue
        if end - start >= MIN_UNKNOWN_LETTERS and _has_no_apostrophe_at_edge(small, start, end):
            extra = costs.capital_inside if text[start + 1 : end] != small[start + 1 : end] else 0
            if start and not capital and end < size:
                extra += costs.inner_unknown
            yield start, end, small[start:end], points + run.spelling.between(start, end), extra, False
        elif end - start == size:
            yield 0, size, small, costs.unknown + run.spelling.between(0, size), 0, False


def _unknown_ends(start: int, size: int, costs: Costs, *, capital: bool) -> Sequence[int]:
    """Where an unknown word that begins at `start` may end."""
    if start == 0:
        return [*range(MIN_UNKNOWN_LETTERS, min(size, MAX_UNKNOWN_LETTERS + 1)), size]
    if capital:
        return range(start + MIN_UNKNOWN_LETTERS, min(size, start + MAX_UNKNOWN_LETTERS) + 1)
    ends = (size,) if MIN_UNKNOWN_LETTERS <= size - start <= MAX_UNKNOWN_LETTERS else ()
    if costs.inner_unknown > NO_SCORE:
        return (*range(start + MIN_INNER_UNKNOWN_LETTERS, min(size, start + MAX_UNKNOWN_LETTERS + 1)), *ends)
    return ends


def _has_no_apostrophe_at_edge(small: str, start: int, end: int) -> bool:
    return "'" not in (small[start], small[end - 1]) and small[end : end + 1] != "'"


def _split_cost(text: str, start: int) -> int:
    """The cost of a cut right after a capital: `WHO` is one word, but `A` and `I` are words, too."""
    if not text[start - 1].isupper() or (text[start - 1] in "AI" and (start == 1 or text[start - 2].islower())):
        return 0
    return SPLIT_CAPITALS_POINTS if text[start].isupper() else LONE_CAPITAL_POINTS


def _hopeful(edges: list[EdgeTuple], best_to: list[int], max_lag: int) -> Iterator[EdgeTuple]:
    """The edges on a reading that lags by no more than `max_lag`; always the whole run as one word.

    `best_to` is the score of the best reading up to each place.
    """
    size = len(best_to) - 1
    best_from = [*[NO_SCORE] * size, 0]
    for start, end, _, points, extra, _ in reversed(edges):
        if (score := best_from[end] + points + extra) > best_from[start]:
            best_from[start] = score
    for edge in edges:
        start, end, _, points, extra, is_beginning = edge
        is_whole = end - start == size and not is_beginning
        if best_to[start] + points + extra + best_from[end] >= best_to[size] - max_lag or is_whole:
            yield edge


def _beginnings(run: _PreparedRun, start: int) -> Iterator[EdgeTuple]:
    """The words whose beginning a run that was cut off may end in, the likeliest: `bri` of `bring`."""
    if run.size - start <= MAX_CUT_LETTERS:
        for word, points in _completions(run.small[start:]):
            yield start, run.size, word, points, CUT_OFF_POINTS, True


@lru_cache(maxsize=1 << 12)
def _completions(fragment: str) -> Sequence[tuple[str, int]]:
    return english.lexicon().likeliest_completions(fragment, MAX_COMPLETIONS)


WordsByPrefix = Mapping[str, Mapping[int, Set[str]]]
"""Words by their first two letters, then by their length."""
PREFIX_LETTERS = 2
_NO_LENGTHS: Mapping[int, Set[str]] = {}


def index_by_prefix(words: Iterable[str]) -> WordsByPrefix:
    """Words as `document_edges` needs them: a place of a run costs one look-up for each length, however many there are.

    >>> index_by_prefix(["mill", "dam"])
    {'mi': {4: {'mill'}}, 'da': {3: {'dam'}}}
    """
    index: dict[str, dict[int, set[str]]] = {}
    for word in words:
        index.setdefault(word[:PREFIX_LETTERS], {}).setdefault(len(word), set()).add(word)
    return index


def document_edges(run: str, own_words: WordsByPrefix) -> list[Edge]:
    """The edges of `run` that are words of the document or the user; never the whole run."""
    if not own_words:
        return []
    small, size = lowered(run), len(run)
    return [
        Edge(start, start + length, word, OWN_WORD_POINTS, 0)
        for start in range(size - 1)
        for length, words in own_words.get(small[start : start + PREFIX_LETTERS], _NO_LENGTHS).items()
        if length < size
        and (word := small[start : start + length]) in words
        and not small.startswith("'", start + length)
    ]
