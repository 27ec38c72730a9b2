"""The readings of a run of letters as one word and as several, all at once: `decadesof`, `calledThe`.

A lattice holds every word that may stand at every place of a run. Viterbi's search goes over it forwards and backwards
("max-product"), so that for each place the best reading that cuts there and the best that does not are known without
searching again. Words and pairs of words are scored as Norvig does it ("Natural Language Corpus Data", in *Beautiful
Data*, 2009), with absolute discounting; capitals and words of the document itself count, too. All scores are whole
numbers of points (`lexicon.POINTS` to the natural unit), so that sums are the same on every machine.
"""

from collections.abc import Iterator, Sequence, Set
from functools import lru_cache
from typing import NamedTuple

import msgspec

from pipeline import lexicon
from pipeline.lexicon import POINTS
from pipeline.lexicon import UNKNOWN as UNKNOWN_POINTS

LONGEST = 24
"""Letters of the longest word that a run is taken apart into."""
SHORTEST_STRANGER, LONGEST_STRANGER = 3, 16
"""Letters of the shortest and the longest unknown word that is part of a run."""
DOCUMENT_WORD = -12 * POINTS
"""log P of a word that only the document itself shows to be one."""
RARE = -14 * POINTS
"""log P under which a word is rare in any text: `gazebo`, `hovel`."""
NAME = 16
"""Odds of a capital from which on a word is a name, so that it is a slip in small letters only: `togo`, but not `Togo`."""
NAME_LEFT_SMALL, HIGHEST_ODDS = 24, 80
"""Odds from which on a name costs something where it has no capital, and odds beyond which it costs no more."""
SLIGHT_SLIP = 8
"""Slips up to that are words all the same: `notable`, `healthcare`."""
PARTED_CAPITALS = -4 * POINTS
"""What a piece costs that begins inside a row of capitals."""
CAPITAL_LEFT_ALONE = -3 * POINTS
"""What a small letter costs that begins a piece right behind a capital: `V his` of `Vhis`."""
SLIP = -2 * POINTS
"""What a piece like `ofthe` costs, beside how much rarer it is than its two halves."""
HOPELESS, HOPELESS_IN_LONG = 8 * POINTS, 6 * POINTS
"""Readings without their neighbours that lag so far behind are not looked at with them; less in a long run."""
WORST = -7 * POINTS
"""Log P a letter under which a word is too rare for its length to be part of anything: `ae`, `zzt`."""
LONG = 30
"""Letters of a long run."""
NEVER = -(10**7)
"""The score of a reading that there is not."""

UNSEEN = (UNKNOWN_POINTS, 0, 0, 0, 0)


class Piece(NamedTuple):
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


IN_LINE = Costs(-5 * POINTS, -30, -7 * POINTS)
"""In a line of words: an unknown run is mostly one word."""
IN_PACKED_LINE = Costs(-2 * POINTS, -3 * POINTS, -10 * POINTS)
"""In a line without spaces, where capitals are what is left of them."""


class Lattice(msgspec.Struct, frozen=True):
    """How a run reads: the best cuts, and for each place in it the best score with a cut there and without one."""

    cuts: tuple[int, ...]
    best: int
    whole: int
    cut: tuple[int, ...]
    uncut: tuple[int, ...]


def lowered(run: str) -> str:
    """The form in which the lexicon knows a word; letters whose lower case is longer stay as they are."""
    small = run.lower()
    if "’" in small:
        small = small.replace("’", "'")
    return small if len(small) == len(run) else run


@lru_cache(maxsize=1 << 16)
def facts(word: str) -> tuple[int, int, int, int, int]:
    """`Lexicon.facts`, of an unknown word those of one never seen."""
    return lexicon.words().facts(word) or UNSEEN


def slip(run: str, word: str) -> int:
    """How surely `run`, of which `word` is the lowered form, is two words that lost their space; 0 for a word."""
    _, odds, _, found, _ = facts(word)
    return 0 if found and odds > NAME and run[0].isupper() else found


@lru_cache(maxsize=1 << 17)
def following(before: str, word: str, alone: int) -> int:
    """Log P(word | before) in points, where `alone` is that of the word by itself."""
    seen = lexicon.words().pair(before, word)
    return alone + facts(before)[4] if seen is None else seen


def capitals(piece: str, odds: int, costs: Costs) -> int:
    """What the capitals of a piece that is not the first of its run cost; `odds` are those of the lexicon."""
    if piece.islower():
        return -min(odds, HIGHEST_ODDS) // 2 if odds > NAME_LEFT_SMALL else 0
    if len(piece) > 1 and not piece[1:].islower():
        return -40 if piece.isupper() else costs.capital_inside
    return max(-HIGHEST_ODDS, odds + 12) if odds < -12 else 0


@lru_cache(maxsize=1 << 14)
def pieces(run: str, costs: Costs = IN_LINE) -> tuple[Piece, ...]:
    """The words that may stand in `run`, whatever stands around it; the hopeless ones are left out."""
    words, small, size = lexicon.words(), lowered(run), len(run)
    has_capitals, has_marks = run != small, "'" in small
    found: list[tuple[int, int, str, int, int]] = []
    known: set[tuple[int, int]] = set()
    reached = bytearray(size + 1)
    reached[0] = 1
    for start in range(size):
        for word, points, odds, slip in words.starts(small[start : start + LONGEST]):
            end = start + len(word)
            if points < WORST * (end - start) or (has_marks and small[end : end + 1] == "'"):
                continue
            if has_capitals:
                shape = _shape(run, start, end, odds, costs)
                if slip and odds > NAME and run[start].isupper():
                    slip = 0  # noqa: PLW2901
            else:
                shape = -min(odds, HIGHEST_ODDS) // 2 if start and odds > NAME_LEFT_SMALL else 0
            reached[end] |= reached[start]
            known.add((start, end))
            found.append((start, end, word, points, shape + SLIP - slip * POINTS // 32 if slip else shape))
    found += _strangers(run, small, known, reached, costs)
    return tuple(map(Piece._make, _hopeful(sorted(found), size)))


def _strangers(
    run: str, small: str, known: Set[tuple[int, int]], reached: bytearray, costs: Costs
) -> Iterator[tuple[int, int, str, int, int]]:
    """The parts of a run that may be a word nobody knows: at its start, behind words at its end, at a capital."""
    size, spelling = len(run), lexicon.words().spellings(small)
    for start in range(size - SHORTEST_STRANGER + 1):
        capital = run[start].isupper()
        ends: Sequence[int]
        if start == 0:
            ends = [*range(SHORTEST_STRANGER, min(size, LONGEST_STRANGER + 1)), size]
        elif capital:
            ends = range(start + SHORTEST_STRANGER, min(size, start + LONGEST_STRANGER) + 1)
        elif reached[start] and size - start <= LONGEST_STRANGER:
            ends = range(size, size + 1)
        else:
            continue
        least = costs.stranger + (0 if capital else costs.small_stranger)
        for end in ends:
            if (start, end) not in known and _whole(small, start, end):
                shape = costs.capital_inside if run[start + 1 : end] != small[start + 1 : end] else 0
                yield start, end, small[start:end], least + spelling.between(start, end), shape
    if (0, size) not in known and (size < SHORTEST_STRANGER or not _whole(small, 0, size)):
        yield 0, size, small, costs.stranger + spelling.between(0, size), 0


def _whole(small: str, start: int, end: int) -> bool:
    """Whether no apostrophe stands at an edge of a piece."""
    return "'" not in (small[start], small[end - 1]) and small[end : end + 1] != "'"


def _parted(run: str, start: int) -> int:
    """What it costs to part two capitals: `NCS` is one word, but `A` and `I` are words, too."""
    if not run[start - 1].isupper() or (run[start - 1] in "AI" and (start == 1 or run[start - 2].islower())):
        return 0
    return PARTED_CAPITALS if run[start].isupper() else CAPITAL_LEFT_ALONE


def _shape(run: str, start: int, end: int, odds: int, costs: Costs) -> int:
    """What the capitals of a word at `[start, end)` of a run cost; `odds` are those of the lexicon."""
    piece = run[start:end]
    if start:
        return capitals(piece, odds, costs) + _parted(run, start)
    # The first letter of a run may be a capital for many reasons.
    return 0 if len(piece) == 1 or piece[1:].islower() or piece.isupper() else costs.capital_inside


def _hopeful(found: list[tuple[int, int, str, int, int]], size: int) -> Iterator[tuple[int, int, str, int, int]]:
    """The pieces through which a reading goes that is not hopeless; the whole run always."""
    ahead, behind = [NEVER] * (size + 1), [NEVER] * (size + 1)
    ahead[0] = behind[size] = 0
    for start, end, _, points, extra in found:
        if (score := ahead[start] + points + extra) > ahead[end]:
            ahead[end] = score
    for start, end, _, points, extra in reversed(found):
        if (score := behind[end] + points + extra) > behind[start]:
            behind[start] = score
    least = ahead[size] - (HOPELESS if size <= LONG else HOPELESS_IN_LONG)
    for piece in found:
        start, end, _, points, extra = piece
        if ahead[start] + points + extra + behind[end] >= least or end - start == size:
            yield piece


def of_document(run: str, known: Set[str], shortest: int = 2) -> list[Piece]:
    """The pieces of `run` that are words of the document's own, or the user's; the run itself is none.

    None of the words has less than `shortest` letters.
    """
    if not known:
        return []
    small, size = lowered(run), len(run)
    return [
        Piece(start, end, small[start:end], DOCUMENT_WORD, 0)
        for start in range(size - shortest + 1)
        for end in range(start + shortest, min(size, start + LONGEST) + 1)
        if small[start:end] in known and end - start < size and small[end : end + 1] != "'"
    ]


def read(run: str, before: str, after: str, more: Sequence[Piece] = (), costs: Costs = IN_LINE) -> Lattice:
    """How `run` reads between the word (or sign) `before` and the one `after` it; `more` are pieces of the document."""
    return _read(run, before, after, tuple(more), costs)


@lru_cache(maxsize=1 << 13)
def _read(run: str, before: str, after: str, more: tuple[Piece, ...], costs: Costs) -> Lattice:
    size = len(run)
    found = _with(pieces(run, costs), more)
    count = len(found)
    ending: list[list[int] | None] = [None] * (size + 1)
    forward, back = [NEVER] * count, [-1] * count
    steps: list[list[tuple[int, int]]] = []
    for number, (start, end, word, points, extra) in enumerate(found):
        if start == 0:
            forward[number] = following(before, word, points) + extra
            steps.append([])
        else:
            taken = []
            best, last = NEVER, -1
            for left in ending[start] or ():
                step = following(found[left][2], word, points) + extra
                taken.append((left, step))
                if forward[left] + step > best:
                    best, last = forward[left] + step, left
            forward[number], back[number] = best, last
            steps.append(taken)
        if (there := ending[end]) is None:
            ending[end] = [number]
        else:
            there.append(number)
    alone = facts(after)[0]
    backward = [NEVER] * count
    for number in range(count - 1, -1, -1):
        if found[number][1] == size:
            backward[number] = following(found[number][2], after, alone) - alone
        score = backward[number]
        for left, step in steps[number]:
            backward[left] = max(backward[left], score + step)
    return _lattice(found, forward, backward, back, size)


def _with(found: tuple[Piece, ...], more: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces of a run and those of the document; of two at one place the likelier."""
    if not more:
        return found
    taken = {(piece.start, piece.end): piece for piece in found}
    for piece in more:
        other = taken.get((piece.start, piece.end))
        if other is None or other.points + other.extra < piece.points:
            taken[piece.start, piece.end] = piece
    return tuple(sorted(taken.values()))


def _lattice(found: tuple[Piece, ...], forward: list[int], backward: list[int], back: list[int], size: int) -> Lattice:
    cut, uncut, whole, best, last = [NEVER] * (size + 1), [NEVER] * (size + 1), NEVER, NEVER, -1
    for number, (start, end, _, _, _) in enumerate(found):
        score = forward[number] + backward[number]
        if score <= NEVER:
            continue
        cut[start] = max(cut[start], score)
        for place in range(start + 1, end):
            uncut[place] = max(uncut[place], score)
        if end == size:
            if start == 0:
                whole = score
            if score > best:
                best, last = score, number
    cuts = []
    while last >= 0:
        if found[last].start:
            cuts.append(found[last].start)
        last = back[last]
    return Lattice(tuple(reversed(cuts)), best, whole, tuple(cut), tuple(uncut))
