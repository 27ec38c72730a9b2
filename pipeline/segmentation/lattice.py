"""The readings of a run of letters as one word and as several, all at once: `decadesof`, `calledThe`.

A lattice holds every word that may be at every place of a run. Viterbi's search goes over it forwards and backwards
("max-product"), so that for each place the best reading that cuts there and the best that does not are known without
another search. Words and pairs of words are scored as Norvig does it ("Natural Language Corpus Data", in *Beautiful
Data*, 2009), with absolute discounting; capitals and words of the document count as well. All scores are whole numbers
of points (`english.POINTS_PER_NAT` to the natural unit), so sums are the same on every machine.
"""

from collections.abc import Sequence

import msgspec

from pipeline.segmentation.cache import TwoGenerationCache
from pipeline.segmentation.lattice_edges import NO_SCORE, SPACED_LINE_COSTS, Costs, Edge, edges_of
from pipeline.segmentation.word_scores import bigram_points, word_facts

MAX_CACHED_LATTICES = 1 << 11


class Lattice(msgspec.Struct, frozen=True):
    """How a run reads, in points.

    `cuts` are those of the best reading and `best` is its score; `whole` is the score of the run as one word. For each
    place, `cut` is the score of the best reading with a cut there and `uncut` that of the best one without.
    """

    cuts: tuple[int, ...]
    best: int
    whole: int
    cut: tuple[int, ...]
    uncut: tuple[int, ...]
    cut_off: bool = False
    """Whether the last word of the best reading is only the beginning of a word."""


def read_run(
    run: str,
    before: str,
    after: str,
    own_edges: Sequence[Edge] = (),
    costs: Costs = SPACED_LINE_COSTS,
    *,
    cut_off: bool = False,
) -> Lattice:
    """How `run` reads between the word (or symbol) `before` and the one `after` it.

    `own_edges` are words of the document or the user that the run may hold, see `document_edges`. A run that may be
    `cut_off` may end in the beginning of a word.
    """
    return lattice_cache(run, before, after, tuple(own_edges), costs, cut_off)


def _read_run(  # the arguments of a cached function are positional
    run: str,
    before: str,
    after: str,
    own_edges: tuple[Edge, ...],
    costs: Costs,
    cut_off: bool = False,  # noqa: FBT001, FBT002
) -> Lattice:
    size = len(run)
    edges = _merged(edges_of(run, costs, cut_off=cut_off), own_edges)
    count = len(edges)
    ending: list[list[int] | None] = [None] * (size + 1)
    """Numbers of the edges that end at each place."""
    forward, back = [NO_SCORE] * count, [-1] * count
    """The best score up to each edge, and the edge before it on that reading."""
    steps: list[list[tuple[int, int]]] = []
    """For each edge: the edges before it, and the points of the step from each."""
    for number, (start, end, word, points, extra, _) in enumerate(edges):
        if start == 0:
            forward[number] = bigram_points(before, word, points) + extra
            steps.append([])
        else:
            edge_steps = []
            best, last = NO_SCORE, -1
            for left in ending[start] or ():
                step = bigram_points(edges[left][2], word, points) + extra
                edge_steps.append((left, step))
                if forward[left] + step > best:
                    best, last = forward[left] + step, left
            forward[number], back[number] = best, last
            steps.append(edge_steps)
        if (same_end := ending[end]) is None:
            ending[end] = [number]
        else:
            same_end.append(number)
    return _lattice(edges, forward, _backward(edges, steps, after, size), back, size)


def _backward(edges: tuple[Edge, ...], steps: list[list[tuple[int, int]]], after: str, size: int) -> list[int]:
    """The best score from the end of each edge to the end of the run; nothing is after the beginning of a word."""
    alone = word_facts(after).points
    backward = [NO_SCORE] * len(edges)
    for number in range(len(edges) - 1, -1, -1):
        if edges[number].is_beginning:
            backward[number] = 0
        elif edges[number].end == size:
            backward[number] = bigram_points(edges[number].word, after, alone) - alone
        score = backward[number]
        for left, step in steps[number]:
            backward[left] = max(backward[left], score + step)
    return backward


lattice_cache = TwoGenerationCache(_read_run, MAX_CACHED_LATTICES)


def _merged(edges: tuple[Edge, ...], own_edges: Sequence[Edge]) -> tuple[Edge, ...]:
    """The edges of a run and those of the document; of two at one place, the likelier."""
    if not own_edges:
        return edges
    by_place = {(edge.start, edge.end): edge for edge in edges if not edge.is_beginning}
    for edge in own_edges:
        other = by_place.get((edge.start, edge.end))
        if other is None or other.points + other.extra < edge.points:
            by_place[edge.start, edge.end] = edge
    return tuple(sorted([*by_place.values(), *(edge for edge in edges if edge.is_beginning)]))


def _lattice(
    edges: tuple[Edge, ...],
    forward: list[int],
    backward: list[int],
    back: list[int],
    size: int,
) -> Lattice:
    cut, uncut = [NO_SCORE] * (size + 1), [NO_SCORE] * (size + 1)
    whole, best, last = NO_SCORE, NO_SCORE, -1
    for number, (start, end, _, _, _, is_beginning) in enumerate(edges):
        score = forward[number] + backward[number]
        if score <= NO_SCORE:
            continue
        cut[start] = max(cut[start], score)
        for place in range(start + 1, end):
            uncut[place] = max(uncut[place], score)
        if end == size:
            if start == 0 and not is_beginning:
                whole = score
            if score > best:
                best, last = score, number
    cut_off = last >= 0 and edges[last].is_beginning
    cuts = []
    while last >= 0:
        if edges[last].start:
            cuts.append(edges[last].start)
        last = back[last]
    return Lattice(tuple(reversed(cuts)), best, whole, tuple(cut), tuple(uncut), cut_off)
