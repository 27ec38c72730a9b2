"""The offsets in a text where a space may be missing, each with the features that decide whether one is.

The features are whole numbers (see `features`): how the lattice reads the letters around the candidate, the words on
both sides, capitals and marks, and what the document itself shows. `trees` decides from them.
"""

import itertools
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

import msgspec
import regex

from pipeline.lexicon import english
from pipeline.segmentation.boundaries import DASHES, LATIN_LETTER, LETTER_RUN, possible_boundaries, usual_boundaries
from pipeline.segmentation.counts import DocumentCounts
from pipeline.segmentation.features import CandidateFeatures
from pipeline.segmentation.lattice import Lattice, read_run
from pipeline.segmentation.lattice_edges import document_edges, edges_of
from pipeline.segmentation.tokens import is_plain_word, suspect_parts
from pipeline.segmentation.unspaced_lines import MIN_LINE_LETTERS, has_lost_spaces
from pipeline.segmentation.word_scores import bigram_points, is_affixed, join_score, lowered, word_facts

MAX_SCORE_LOSS = 30
"""Points by which a cut may be worse than no cut and still be a candidate."""
MAX_EXTRA_CUTS = 2
"""Cuts of a run that are candidates besides those of its best reading."""
MAX_MARGIN = 800
"""Points at which a margin is capped: larger ones carry no further information."""
MIN_RUN_LETTERS, MAX_RUN_LETTERS = 3, 60
"""Letters of the shortest and the longest run that is read as several words."""
NEIGHBOUR_CHARS = 80
"""Code points on each side of a token that are searched for its neighbours."""
MAX_LINE_TOKENS, MAX_TOKEN_COUNT, MAX_WORD_COUNT = 60, 4, 3
"""Counts at which features are capped, as they were when the trees were grown."""

LAST_WORD = regex.compile(rf"{LATIN_LETTER}++(?:['’]{LATIN_LETTER}++)*+$")
SENTENCE_BREAKS = frozenset('.!?:”"')
"""Characters after which a sentence begins."""

NO_CHARACTER, DIGIT, LOWERCASE, OTHER_LETTER, OTHER_CHARACTER = 0, 1, 2, 3, 19
MARK_CLASSES = {
    ",": 4, ".": 5, ";": 6, ":": 7, "!": 8, "?": 8, '"': 9, "“": 10, "”": 11, "'": 12, "’": 12, "‘": 10, "(": 13,
    "[": 13, ")": 14, "]": 14, "-": 15, "–": 16, "—": 16, "%": 17, "…": 18,
}  # fmt: skip
"""The classes of characters that the trees know."""


class SpaceCandidate(msgspec.Struct, frozen=True, gc=False):
    """A space may be missing before code point `at` of the text; `inner` if letters, figures or hyphens meet there."""

    at: int
    inner: bool
    features: tuple[int, ...]


def character_class(text: str, at: int) -> int:
    """The class of the character at `at`; `NO_CHARACTER` outside the text."""
    return _class_of(text[at]) if 0 <= at < len(text) else NO_CHARACTER


@lru_cache(maxsize=1 << 10)
def _class_of(character: str) -> int:
    if character.isdigit():
        return DIGIT
    if character.isalpha():
        return LOWERCASE if character.islower() else OTHER_LETTER
    return MARK_CLASSES.get(character, OTHER_CHARACTER)


def context_symbol(character: str) -> str:
    """The symbol under which the lexicon counts a character that belongs to no word: a figure, a hyphen, a mark."""
    return "0" if character.isdigit() else "-" if character in "-–" else "."


@lru_cache(maxsize=1 << 14)
def last_word(token: str) -> str:
    """The word that a token ends in, or the symbol of its last character."""
    match = LAST_WORD.search(token)
    return lowered(match[0]) if match else context_symbol(token[-1]) if token else "^"


@lru_cache(maxsize=1 << 14)
def first_word(token: str) -> str:
    """The word that a token begins with, or the symbol of its first character."""
    match = LETTER_RUN.match(token)
    return lowered(match[0]) if match else context_symbol(token[0]) if token else "^"


class ReadRun(msgspec.Struct, frozen=True):
    """A run of letters at `[start, end)` of a part, the words or symbols beside it, and how it reads.

    `lattice` is None for a run that is one word for certain.
    """

    start: int
    end: int
    run: str
    word: str
    before: str
    after: str
    lattice: Lattice | None


def read_runs(part: str, before: str, after: str, counts: DocumentCounts) -> Iterator[ReadRun]:
    """The runs of a part in order; `before` and `after` are the words beside the part."""
    last = 0
    for match in LETTER_RUN.finditer(part):
        start, end = match.span()
        if start > last:
            before = context_symbol(part[start - 1])
        run, word = match[0], lowered(match[0])
        following = context_symbol(part[end]) if end < len(part) else after
        lattice = None
        if MIN_RUN_LETTERS <= len(run) <= MAX_RUN_LETTERS and not is_plain_word(run):
            own = document_edges(run, counts.own_by_prefix)
            if own or len(edges_of(run)) > 1:
                lattice = read_run(run, before, following, own)
        yield ReadRun(start, end, run, word, before, following, lattice)
        before, last = word, end


def candidate_offsets(part: str, runs: list[ReadRun]) -> list[int]:
    """The offsets in a part where a space may be missing."""
    offsets = set(possible_boundaries(part))
    for run in runs:
        lattice = run.lattice
        if lattice is None:
            continue
        offsets.update(run.start + cut for cut in lattice.cuts)
        close = [
            (lattice.uncut[at] - lattice.cut[at], at)
            for at in range(1, len(run.run))
            if lattice.cut[at] - lattice.uncut[at] > -MAX_SCORE_LOSS and at not in lattice.cuts
        ]
        offsets.update(run.start + at for _, at in sorted(close)[:MAX_EXTRA_CUTS])
    return sorted(offsets)


class PartContext(msgspec.Struct, frozen=True, gc=False):
    """A part of a token and what all its candidates have in common."""

    part: str
    runs: list[ReadRun]
    usual: frozenset[int]
    counts: DocumentCounts
    shared: CandidateFeatures
    """The features that are the same for all candidates of the part."""


def features_at(context: PartContext, at: int) -> CandidateFeatures:
    """The features of the candidate at `at` of a part."""
    part = context.part
    features = context.shared._replace(
        character_before_2=character_class(part, at - 2),
        character_before_1=character_class(part, at - 1),
        character_after_1=character_class(part, at),
        character_after_2=character_class(part, at + 1),
        is_usual=int(at in context.usual),
        chars_before=at,
        chars_after=len(part) - at,
    )
    run = next((run for run in context.runs if run.start < at < run.end), None)
    return _between_runs(features, context, at) if run is None else _inside_run(features, run, at, context.counts)


class _RunFeatures(NamedTuple):
    """The features of a run that do not depend on where it is; see `CandidateFeatures`."""

    run_is_known: int
    run_points: int
    run_corpus_count: int
    run_capital_odds: int
    run_join_score: int
    run_spelling_points: int
    run_letters: int
    run_case: int
    camel_humps: int
    is_affixed: int
    run_is_foreign: int


@lru_cache(maxsize=1 << 14)
def _run_features(run: str) -> _RunFeatures:
    word, lexicon = lowered(run), english.lexicon()
    facts = word_facts(word)
    return _RunFeatures(
        run_is_known=int(word in lexicon),
        run_points=facts.points,
        run_corpus_count=facts.corpus_count,
        run_capital_odds=facts.capital_odds,
        run_join_score=join_score(run, word),
        run_spelling_points=lexicon.spelling(word) // len(word),
        run_letters=len(run),
        run_case=1 if run.isupper() else 2 if run[0].isupper() else 0,
        camel_humps=sum(a.islower() and b.isupper() for a, b in itertools.pairwise(run)),
        is_affixed=int(is_affixed(word)),
        run_is_foreign=int(lexicon.foreign(word)),
    )


class _CutContext(NamedTuple):
    """How the lattice sees a cut: the words on both sides of it reach from `start` to `end` of the run."""

    start: int
    end: int
    is_best: bool = False
    margin: int = -MAX_MARGIN
    margin_over_whole: int = -MAX_MARGIN
    cuts: int = 0


def _cut_at(lattice: Lattice | None, at: int, size: int) -> _CutContext:
    if lattice is None:
        return _CutContext(0, size)
    is_best = at in lattice.cuts
    previous = bisect_left(lattice.cuts, at)
    following = previous + is_best
    return _CutContext(
        start=lattice.cuts[previous - 1] if previous else 0,
        end=lattice.cuts[following] if following < len(lattice.cuts) else size,
        is_best=is_best,
        margin=_capped(lattice.cut[at] - lattice.uncut[at]),
        margin_over_whole=_capped(lattice.cut[at] - lattice.whole),
        cuts=len(lattice.cuts),
    )


def _capped(margin: int) -> int:
    return max(-MAX_MARGIN, min(MAX_MARGIN, margin))


def _inside_run(features: CandidateFeatures, read: ReadRun, at: int, counts: DocumentCounts) -> CandidateFeatures:
    """`features` with those of a cut inside a run of letters."""
    run, word, offset, lexicon = read.run, read.word, at - read.start, english.lexicon()
    cut = _cut_at(read.lattice, offset, len(run))
    left, right = word[cut.start : offset], word[offset : cut.end]
    left_facts, right_facts = word_facts(left), word_facts(right)
    pair = bigram_points(left, right, right_facts.points)
    of_run = _run_features(run)
    joined = join_score(run[cut.start : offset], left) > 0 or join_score(run[offset : cut.end], right) > 0
    return features._replace(
        **of_run._asdict(),
        in_run=1,
        is_best_cut=int(cut.is_best),
        margin=cut.margin,
        margin_over_whole=cut.margin_over_whole,
        run_count=counts.count(word),
        left_points=left_facts.points,
        right_points=right_facts.points,
        left_letters=offset - cut.start,
        right_letters=cut.end - offset,
        is_first_cut=int(cut.start == 0),
        cuts=cut.cuts,
        pair_points=pair,
        pair_gain=pair - right_facts.points,
        left_count=min(counts.count(left), MAX_WORD_COUNT),
        right_count=min(counts.count(right), MAX_WORD_COUNT),
        gain_after_previous=bigram_points(read.before, word, of_run.run_points) - of_run.run_points,
        next_points=bigram_points(word, read.after, 0),
        left_gain_after_previous=bigram_points(read.before, left, left_facts.points) - left_facts.points,
        next_points_after_right=bigram_points(right, read.after, 0),
        right_capital_odds=right_facts.capital_odds,
        left_capital_odds=left_facts.capital_odds,
        has_joined_side=int(joined),
        has_foreign_side=int(lexicon.foreign(left) or lexicon.foreign(right)),
        left_corpus_count=left_facts.corpus_count,
        right_corpus_count=right_facts.corpus_count,
    )


def _between_runs(features: CandidateFeatures, context: PartContext, at: int) -> CandidateFeatures:
    """`features` with those of a candidate at a mark. Some fields of runs hold what matters at a mark instead."""
    part, runs = context.part, context.runs
    left = next((run.word for run in reversed(runs) if run.end <= at), "")
    right = next((run.word for run in runs if run.start >= at), "")
    left_facts, right_facts = word_facts(left), word_facts(right)
    mark = context_symbol(part[at - 1])
    pair_gain = bigram_points(left, right, right_facts.points) - right_facts.points if left and right else 0
    return features._replace(
        # The part is a word, with its marks, and is written in capitals.
        run_is_known=int(part.lower() in english.lexicon()),
        run_case=int(part.isupper()),
        # How often the document has the dash between two spaces.
        run_count=spaced_dash_count(part, at, context.counts),
        left_points=left_facts.points if left else 0,
        right_points=right_facts.points if right else 0,
        left_letters=len(left),
        right_letters=len(right),
        # What the right word gains after the left one, and how likely the mark is after the left one.
        pair_points=pair_gain,
        pair_gain=bigram_points(left, mark, 0) if left else 0,
        # Whether a straight quotation mark is open before and after the candidate.
        left_count=part[:at].count('"') % 2,
        right_count=part[at:].count('"') % 2,
        left_gain_after_previous=bigram_points(mark, right, right_facts.points) - right_facts.points if right else 0,
        right_capital_odds=right_facts.capital_odds,
        left_capital_odds=left_facts.capital_odds,
        # The brackets of the part do not match.
        run_is_foreign=int(part.count("(") != part.count(")")),
        left_corpus_count=left_facts.corpus_count,
        right_corpus_count=right_facts.corpus_count,
    )


def spaced_dash_count(part: str, at: int, counts: DocumentCounts) -> int:
    """How often the document has the dash beside `at` between two spaces; -1 if there is no dash."""
    dash = part[at - 1] if part[at - 1] in DASHES else part[at] if part[at] in DASHES else ""
    return counts.count_dashes(dash) if dash else -1


def space_candidates(text: str, counts: DocumentCounts) -> Iterator[SpaceCandidate]:
    """The candidates of a text in order, at code points of it. Lines that lost all their spaces are skipped."""
    line = LineContext("", 0, -1, counts)
    for start, token in counts.suspect_positions:
        if start > line.end:
            line = LineContext.around(text, start, counts)
        if line.is_unspaced:
            continue
        for offset, part in suspect_parts(token):
            yield from _candidates_of_part(text, start + offset, part, line)


class LineContext(msgspec.Struct, frozen=True, dict=True):
    """The line of a text at `[start, end)`, and the counts of the document."""

    text: str
    start: int
    end: int
    counts: DocumentCounts

    @classmethod
    def around(cls, text: str, at: int, counts: DocumentCounts) -> "LineContext":
        """The line that `at` is in."""
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        end = len(text) if end < 0 else end
        return cls(text[start:end], start, end, counts)

    @cached_property
    def is_unspaced(self) -> bool:
        """Whether the line lost all its spaces; such lines are solved as a whole by the stage `words`."""
        return len(self.text) >= MIN_LINE_LETTERS and has_lost_spaces(self.text)

    @cached_property
    def tokens(self) -> list[str]:
        """The tokens of the line."""
        return self.text.split()

    @cached_property
    def _quote_offsets(self) -> list[int]:
        """Offsets in the text of the straight quotation marks of the line."""
        return [self.start + at for at, mark in enumerate(self.text) if mark == '"'] if '"' in self.text else []

    @property
    def has_unpaired_quote(self) -> bool:
        """Whether a straight quotation mark of the line has no partner."""
        return len(self._quote_offsets) % 2 > 0

    def is_quoted(self, at: int) -> bool:
        """Whether a straight quotation mark is open at code point `at` of the text."""
        return bisect_left(self._quote_offsets, at) % 2 > 0

    @cached_property
    def unknown_share(self) -> int:
        """The share of tokens with rare words in the line, in sixty-fourths."""
        return 64 * sum(map(self.counts.rare.__contains__, self.tokens)) // (len(self.tokens) + 3)


def _candidates_of_part(text: str, start: int, part: str, line: LineContext) -> Iterator[SpaceCandidate]:
    counts, end = line.counts, start + len(part)
    head = text[max(line.start, start - NEIGHBOUR_CHARS) : start]
    tail = text[end : min(line.end, end + NEIGHBOUR_CHARS)]
    previous = head.rsplit(maxsplit=1)[-1] if head and not head.isspace() else ""
    following = tail.split(maxsplit=1)[0] if tail and not tail.isspace() else ""
    left, right = last_word(previous), first_word(following)
    runs = list(read_runs(part, left, right, counts))
    offsets = candidate_offsets(part, runs)
    if not offsets:
        return
    only_letters = part.isalpha()
    shared = CandidateFeatures(
        candidates_in_part=len(offsets),
        is_first_token=int(not previous),
        is_last_token=int(not following),
        token_count=min(counts.count(lowered(part)), MAX_TOKEN_COUNT) if only_letters else 0,
        unknown_share=line.unknown_share,
        next_is_known=int(not following[:1].isalpha() or right in english.lexicon()),
        previous_has_capital=int(previous[:1].isupper()),
        previous_points=word_facts(left).points if previous[-1:].isalpha() else 0,
        digits=0 if only_letters else sum(map(str.isdigit, part)),
        full_stops=part.count("."),
        commas=part.count(","),
        has_unpaired_quote=int(line.has_unpaired_quote),
        next_has_capital=int(following[:1].isupper()),
        line_tokens=min(len(line.tokens), MAX_LINE_TOKENS),
        opens_sentence=int(not previous or previous[-1:] in SENTENCE_BREAKS),
    )
    usual = usual_boundaries(part, quoted='"' in part and line.is_quoted(start))
    context = PartContext(part, runs, usual, counts, shared)
    for at in offsets:
        inner = _joins_words(part[at - 1]) and _joins_words(part[at])
        yield SpaceCandidate(start + at, inner, features_at(context, at))


def _joins_words(character: str) -> bool:
    return character in DASHES or character.isalnum()
