"""The readings of a run of letters as one word and as several, all at once: `decadesof`, `calledThe`.

A lattice holds every word that may stand at every place of a run. Viterbi's search goes over it forwards and backwards
("max-product"), so that for each place the best reading that cuts there and the best that does not are known without
searching again. Words and pairs of words are scored as Norvig does it ("Natural Language Corpus Data", in *Beautiful
Data*, 2009), with absolute discounting; capitals and words of the document itself count, too. All scores are whole
numbers of points (`lexicon.POINTS` to the natural unit), so that sums are the same on every machine.
"""

from collections.abc import Sequence

import msgspec

from pipeline.segmentation.cache import TwoGenerationCache
from pipeline.segmentation.lattice_edges import NO_SCORE, SPACED_LINE_COSTS, Costs, Edge, edges_of
from pipeline.segmentation.word_scores import bigram_points, word_facts


class Lattice(msgspec.Struct, frozen=True):
    """How a run reads: the best cuts, and for each place in it the best score with a cut there and without one."""

    cuts: tuple[int, ...]
    best: int
    whole: int
    cut: tuple[int, ...]
    uncut: tuple[int, ...]


def read_run(run: str, before: str, after: str, more: Sequence[Edge] = (), costs: Costs = SPACED_LINE_COSTS) -> Lattice:
    """How `run` reads between the word (or sign) `before` and the one `after` it; `more` are pieces of the document."""
    return lattice_cache(run, before, after, tuple(more), costs)


def _read(run: str, before: str, after: str, more: tuple[Edge, ...], costs: Costs) -> Lattice:
    size = len(run)
    found = _with(edges_of(run, costs), more)
    count = len(found)
    ending: list[list[int] | None] = [None] * (size + 1)
    forward, back = [NO_SCORE] * count, [-1] * count
    steps: list[list[tuple[int, int]]] = []
    for number, (start, end, word, points, extra) in enumerate(found):
        if start == 0:
            forward[number] = bigram_points(before, word, points) + extra
            steps.append([])
        else:
            taken = []
            best, last = NO_SCORE, -1
            for left in ending[start] or ():
                step = bigram_points(found[left][2], word, points) + extra
                taken.append((left, step))
                if forward[left] + step > best:
                    best, last = forward[left] + step, left
            forward[number], back[number] = best, last
            steps.append(taken)
        if (there := ending[end]) is None:
            ending[end] = [number]
        else:
            there.append(number)
    alone = word_facts(after)[0]
    backward = [NO_SCORE] * count
    for number in range(count - 1, -1, -1):
        if found[number][1] == size:
            backward[number] = bigram_points(found[number][2], after, alone) - alone
        score = backward[number]
        for left, step in steps[number]:
            backward[left] = max(backward[left], score + step)
    return _lattice(found, forward, backward, back, size)


lattice_cache = TwoGenerationCache(_read, 1 << 11)
"""`read_run` remembers how many runs read."""


def _with(found: tuple[Edge, ...], more: Sequence[Edge]) -> tuple[Edge, ...]:
    """The pieces of a run and those of the document; of two at one place the likelier."""
    if not more:
        return found
    taken = {(piece.start, piece.end): piece for piece in found}
    for piece in more:
        other = taken.get((piece.start, piece.end))
        if other is None or other.points + other.extra < piece.points:
            taken[piece.start, piece.end] = piece
    return tuple(sorted(taken.values()))


def _lattice(found: tuple[Edge, ...], forward: list[int], backward: list[int], back: list[int], size: int) -> Lattice:
    cut, uncut, whole, best, last = [NO_SCORE] * (size + 1), [NO_SCORE] * (size + 1), NO_SCORE, NO_SCORE, -1
    for number, (start, end, _, _, _) in enumerate(found):
        score = forward[number] + backward[number]
        if score <= NO_SCORE:
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
