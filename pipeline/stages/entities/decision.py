"""Decide for each candidate whether it is an entity, and whether the space before it stands for its ampersand.

Boosted trees weigh the features of each reading. `scripts/train_entities.py` grows them on clean text that it damages
and on sound text with lookalikes, and measures them on kinds of damage that they have not seen.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache

import msgspec

from pipeline.lexicon.lists import table
from pipeline.segmentation.trees import Trees, load_trees, probability_of
from pipeline.stages.entities.facts import SUFFIX, document_facts, line_facts
from pipeline.stages.entities.features import has_space_reading, row
from pipeline.stages.entities.lexer import Candidate
from pipeline.stages.entities.suspect_lines import SuspectLine

MAX_ROWS = 4096
"""Rows that are weighed at once."""
MIN_PROBABILITY = 0.65
"""From here on a candidate is an entity. A false repair of sound text is worse than one that is missed."""
MIN_PROBABILITY_APART = 0.73
"""The same for `amp;` apart from the word before it, which is also the noun of guitarists. In generated texts that the
trees had not seen 3 of 39 between both were the noun, above 8 of 1,817, and 33 of 42 where they had not seen the noun
at all: the only setting in which a doubt is that costly."""
MIN_PROBABILITY_LOPSIDED = 0.9
"""The same for an ampersand with a word before it and a space after it, `Row#38; then`: prose has spaces on both sides
or on none. Of 54 generated ones 48 were numbers of things, and one entity was between both."""
SURE_PROBABILITY, REFUSED_PROBABILITY = 0.95, 0.1
"""What is nearly certain to be an entity, or to be none, speaks for or against those that look alike."""
MIN_PROBABILITY_BESIDE_SURE = 0.3
"""A document with a sure entity is damaged, so a doubtful one that begins alike is likely another (hysteresis as in
Canny, "A Computational Approach to Edge Detection", 1986)."""
MIN_PROBABILITY_BESIDE_REFUSED = 0.9
"""A text that numbers something does so again: `berth #34; its dinghy in #41;`."""

ELIDED = re.compile(r"(?<![\w'’.;])[dDlLoO] $")
"""A letter that stands alone only before an apostrophe, and a space: `Val d #39;Aosta`. Where the trees took the space
for a space, this was right for 38 generated names and wrong for 8. After a semicolon it is a verb: `they#39;d #39;`."""

Lexed = Sequence[tuple[SuspectLine, Sequence[Candidate]]]
"""The suspect lines of a document, each with its candidates."""


class Decision(msgspec.Struct, frozen=True):
    """A candidate with the probability that it is an entity."""

    candidate: Candidate
    spaced: bool
    """Whether the space before it stands for its ampersand."""
    probability: float
    least: float = MIN_PROBABILITY
    """The probability from which it is an entity, if nothing else in the document looks like it."""

    @property
    def confidence(self) -> float:
        """How often a decision of this probability was right in texts that the trees had not seen."""
        bounds, confidences = _reliability()
        return confidences[max(0, bisect_right(bounds, self.probability) - 1)]


def decisions(lexed: Lexed, text: str, trees: Trees | None = None) -> list[list[Decision]]:
    """The entities of each line among its candidates; `trees` are those of the package unless others are measured."""
    if not any(found for _, found in lexed):
        return [[] for _ in lexed]
    weighed = weighed_candidates(lexed, text, trees or load_trees("lost", __package__))
    likely = [decision for line in weighed for decision in line]
    sure = {each.candidate.sign for each in likely if each.probability >= SURE_PROBABILITY}
    refused = {each.candidate.body for each in likely if each.probability < REFUSED_PROBABILITY}
    return [
        [
            decision
            for decision in line
            if decision.probability
            >= least_probability(
                decision.least,
                beside_sure=decision.candidate.sign in sure,
                beside_refused=decision.candidate.body in refused,
            )
        ]
        for line in weighed
    ]


def least_probability(alone: float, *, beside_sure: bool, beside_refused: bool) -> float:
    """From which probability on a candidate is an entity, beside others of its document that look alike.

    `alone` is the answer if there are none.
    """
    if beside_sure == beside_refused:
        return alone
    return MIN_PROBABILITY_BESIDE_SURE if beside_sure else MIN_PROBABILITY_BESIDE_REFUSED


def least_alone(line: SuspectLine, candidate: Candidate) -> float:
    """From which probability on a candidate is an entity, by its own setting."""
    if candidate.role != "amp" or candidate.sign != "lost":
        return MIN_PROBABILITY
    before, after = line.before(candidate.start), line.after(candidate.end)
    if before.isspace() and candidate.body == "name":
        return MIN_PROBABILITY_APART
    return MIN_PROBABILITY_LOPSIDED if before.isalnum() and after.isspace() else MIN_PROBABILITY


def weighed_candidates(lexed: Lexed, text: str, trees: Trees) -> list[list[Decision]]:
    """Every candidate with the probability that it is an entity, in the likelier of its readings."""
    document = document_facts(lexed, text)
    rows: list[list[int]] = []
    for line, found in lexed:
        facts = line_facts(line, found)
        for i, candidate in enumerate(found):
            rows.append(row(line, facts, document, found, i, spaced=False))
            if has_space_reading(line, candidate):
                rows.append(row(line, facts, document, found, i, spaced=True))
    scores = iter([score for part in batched(rows, MAX_ROWS) for score in trees.scores(part)])
    weighed = []
    for line, found in lexed:
        entities = []
        for i, candidate in enumerate(found):
            plain = probability_of(next(scores))
            spaced = probability_of(next(scores)) if has_space_reading(line, candidate) else 0.0
            takes_space = spaced > plain or is_badly_set(line, found, i)
            likely = min(1.0, plain + spaced)
            entities.append(Decision(candidate, takes_space, likely, least_alone(line, candidate)))
        weighed.append(entities)
    return weighed


def is_badly_set(line: SuspectLine, found: Sequence[Candidate], i: int) -> bool:
    """Whether the character would be badly set after the space before it, so that the space is the ampersand.

    `1970 #39;s`, `Val d #39;Aosta`, `a threat #151;online`, and the first mark of a line that begins with a space.
    """
    candidate = found[i]
    if not has_space_reading(line, candidate):
        return False
    if candidate.start == 1:
        return True
    if not line.before(candidate.start - 1).strip():
        return False
    if candidate.role == "apostrophe":
        return SUFFIX.match(line.text, candidate.end) is not None or is_elision(line, found, i)
    return candidate.role == "dash" and line.after(candidate.end).isalpha()


def is_elision(line: SuspectLine, found: Sequence[Candidate], i: int) -> bool:
    """Whether a letter that stands alone is before the apostrophe, which opens no quotation: `vitamin D #39;A#39;`."""
    start = found[i].start
    if not ELIDED.search(line.text[max(0, start - 3) : start]):
        return False
    partner = next((other for other in found[i + 1 :] if other.new == found[i].new), None)
    return partner is None or not (line.before(partner.start).isalnum() and not line.after(partner.end).isalnum())


def batched(rows: list[list[int]], size: int) -> Iterator[list[list[int]]]:
    """The rows in parts of `size`, so that memory does not grow with the document."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


@cache
def _reliability() -> tuple[tuple[float, ...], tuple[float, ...]]:
    cells = table(__package__, "reliability.tsv")
    return tuple(float(cell[0]) for cell in cells), tuple(float(cell[1]) for cell in cells)
