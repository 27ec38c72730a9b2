"""The places in a text where a space may be missing, each with what speaks for and against it.

A gap is described by whole numbers (`FEATURES`): what the lattice says of the run around it, the neighbours on both
sides, capitals and marks, and what the document itself shows. `forest` decides from them. The same numbers were used
when the trees were grown (`scripts/train_spacing.py`).
"""

import itertools
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property, lru_cache

import msgspec
import regex

from pipeline.lexicon import english
from pipeline.segmentation.affixes import is_affixed
from pipeline.segmentation.boundaries import DASHES, LATIN_LETTER, LETTER_RUN, possible_boundaries, usual_boundaries
from pipeline.segmentation.counts import DocumentCounts
from pipeline.segmentation.lattice import Lattice, read_run
from pipeline.segmentation.lattice_edges import document_edges, edges_of
from pipeline.segmentation.tokens import is_plain_word, suspect_parts
from pipeline.segmentation.unspaced_lines import MIN_LINE_LETTERS, has_lost_spaces
from pipeline.segmentation.word_scores import bigram_points, join_score, lowered, word_facts

MAX_SCORE_LOSS = 30
"""Points by which a cut may be worse than none and still be looked at."""
MAX_EXTRA_CUTS = 2
"""Cuts of a run that are looked at beside those of the best reading."""
MAX_MARGIN = 800
"""Margins beyond that many points say no more."""
MIN_RUN_LETTERS = 3
"""Letters of the shortest run that is read as several words."""
MAX_RUN_LETTERS = 60
"""Letters of the longest."""

NEIGHBOUR_CHARS = 80
"""Code points on each side of a token in which its neighbours are looked for."""

LAST_WORD = regex.compile(rf"{LATIN_LETTER}++(?:['’]{LATIN_LETTER}++)*+$")
SENTENCE_ENDS = frozenset('.!?:”"')
CHARACTER_CLASSES = {
    ",": 4, ".": 5, ";": 6, ":": 7, "!": 8, "?": 8, '"': 9, "“": 10, "”": 11, "'": 12, "’": 12, "‘": 10, "(": 13,
    "[": 13, ")": 14, "]": 14, "-": 15, "–": 16, "—": 16, "%": 17, "…": 18,
}  # fmt: skip

FEATURES = (
    "character-2", "character-1", "character+1", "character+2", "usual", "before", "behind", "gaps", "first-token",
    "last-token", "token-seen", "in-run", "in-best", "margin", "margin-whole", "run-known", "run-logp", "run-count",
    "run-capital", "run-slip", "run-spelling", "run-length", "run-case", "run-seen", "left-logp", "right-logp",
    "left-length", "right-length", "first-cut", "cuts", "pair", "pair-gain", "left-seen", "right-seen", "humps",
    "pair-before", "pair-after", "cut-before", "cut-after", "right-capital", "left-capital", "slips", "unknown-share",
    "next-known", "before-capital", "before-logp", "digits", "stops", "commas", "quotes", "derived", "foreign",
    "next-capital", "tokens", "run-foreign", "left-count", "right-count", "opens",
)  # fmt: skip
"""What is said of a gap, in the order in which it is said."""


class SpaceCandidate(msgspec.Struct, frozen=True, gc=False):
    """A space may be missing at code point `at` of the text; `inner` where letters, figures or hyphens meet there."""

    at: int
    inner: bool
    features: list[int]


def character_class(text: str, at: int) -> int:
    """The kind of the character at `at`, 0 outside the text."""
    return _kind(text[at]) if 0 <= at < len(text) else 0


@lru_cache(maxsize=1 << 10)
def _kind(found: str) -> int:
    if found.isdigit():
        return 1
    if found.isalpha():
        return 2 if found.islower() else 3
    return CHARACTER_CLASSES.get(found, 19)


def context_symbol(found: str) -> str:
    """The sign that stands for a character that belongs to no word."""
    return "0" if found.isdigit() else "-" if found in "-–" else "."


@lru_cache(maxsize=1 << 14)
def last_word(token: str) -> str:
    """The word that a token ends in, or the sign of what it ends in."""
    match = LAST_WORD.search(token)
    return lowered(match[0]) if match else context_symbol(token[-1]) if token else "^"


@lru_cache(maxsize=1 << 14)
def first_word(token: str) -> str:
    """The word that a token begins with, or the sign of what it begins with."""
    match = LETTER_RUN.match(token)
    return lowered(match[0]) if match else context_symbol(token[0]) if token else "^"


class LetterRun(msgspec.Struct, frozen=True):
    """A run of a part with what stands beside it and how it reads."""

    start: int
    end: int
    run: str
    word: str
    before: str
    after: str
    lattice: Lattice | None


def letter_runs(part: str, before: str, after: str, evidence: DocumentCounts) -> Iterator[LetterRun]:
    """The runs of a part, the suspect ones read."""
    last = 0
    for match in LETTER_RUN.finditer(part):
        start, end = match.span()
        if start > last:
            before = context_symbol(part[start - 1])
        run, word = match[0], lowered(match[0])
        behind = context_symbol(part[end]) if end < len(part) else after
        lattice = None
        if MIN_RUN_LETTERS <= len(run) <= MAX_RUN_LETTERS and not is_plain_word(run):
            more = document_edges(run, evidence.lent)
            if more or len(edges_of(run)) > 1:
                lattice = read_run(run, before, behind, more)
        yield LetterRun(start, end, run, word, before, behind, lattice)
        before, last = word, end


def candidate_offsets(part: str, reads: list[LetterRun]) -> list[int]:
    """The places in a part that are worth a look."""
    found = set(possible_boundaries(part))
    for each in reads:
        lattice = each.lattice
        if lattice is None:
            continue
        found.update(each.start + cut for cut in lattice.cuts)
        close = [
            (lattice.uncut[at] - lattice.cut[at], at)
            for at in range(1, len(each.run))
            if lattice.cut[at] - lattice.uncut[at] > -MAX_SCORE_LOSS and at not in lattice.cuts
        ]
        found.update(each.start + at for _, at in sorted(close)[:MAX_EXTRA_CUTS])
    return sorted(found)


class PartContext(msgspec.Struct, frozen=True, gc=False):
    """What all gaps of a part have in common."""

    part: str
    reads: list[LetterRun]
    usual: frozenset[int]
    evidence: DocumentCounts
    gaps: int
    shared: tuple[int, ...]
    """Features from `unknown-share` to `quotes`."""
    tail: tuple[int, int]
    """`next-capital` and `tokens`."""
    edges: tuple[int, int, int, int]
    """`first-token`, `last-token`, `token-seen` and `opens`."""


def features_at(around: PartContext, at: int) -> list[int]:
    """The features of the gap at `at` of a part."""
    part = around.part
    first, last, token_seen, opens = around.edges
    inside = next((each for each in around.reads if each.start < at < each.end), None)
    middle = _inside_run(inside, at - inside.start, around) if inside else _between_runs(around, at)
    return [
        character_class(part, at - 2), character_class(part, at - 1), character_class(part, at),
        character_class(part, at + 1),
        int(at in around.usual), at, len(part) - at, around.gaps, first, last, token_seen, *middle[0], *around.shared,
        *middle[1], *around.tail, *middle[2], opens,
    ]  # fmt: skip


Middle = tuple[tuple[int, ...], tuple[int, int], tuple[int, int, int]]
"""Features from `in-run` to `slips`; `is_affixed` and `foreign`; from `run-foreign` to `right-count`."""


@lru_cache(maxsize=1 << 14)
def _alone(run: str) -> tuple[tuple[int, ...], int, int, int, int]:
    """What is said of a run wherever it stands: features from `run-known` on, then humps, `derived` and `foreign`."""
    word, words = lowered(run), english.lexicon()
    logp, capital, times, _, _ = word_facts(word)
    case = 1 if run.isupper() else 2 if run[0].isupper() else 0
    return (
        (
            int(word in words),
            logp,
            times,
            capital,
            join_score(run, word),
            words.spelling(word) // len(word),
            len(run),
            case,
        ),
        logp,
        sum(a.islower() and b.isupper() for a, b in itertools.pairwise(run)),
        int(is_affixed(word)),
        int(words.foreign(word)),
    )


def _inside_run(read: LetterRun, place: int, around: PartContext) -> Middle:
    run, word, lattice, words = read.run, read.word, read.lattice, english.lexicon()
    said, logp, humps, made, foreign = _alone(run)
    in_best, margin, margin_whole, cuts = 0, -MAX_MARGIN, -MAX_MARGIN, 0
    start, end = 0, len(run)
    if lattice is not None:
        in_best, cuts = int(place in lattice.cuts), len(lattice.cuts)
        margin = max(-MAX_MARGIN, min(MAX_MARGIN, lattice.cut[place] - lattice.uncut[place]))
        margin_whole = max(-MAX_MARGIN, min(MAX_MARGIN, lattice.cut[place] - lattice.whole))
        behind = bisect_left(lattice.cuts, place)
        start = lattice.cuts[behind - 1] if behind else 0
        behind += in_best
        end = lattice.cuts[behind] if behind < cuts else end
    left, right, count = word[start:place], word[place:end], around.evidence.count
    left_facts, right_facts = word_facts(left), word_facts(right)
    pair = bigram_points(left, right, right_facts[0])
    return (
        (
            1, in_best, margin, margin_whole, *said, count(word),
            left_facts[0], right_facts[0], place - start, end - place, int(start == 0), cuts,
            pair, pair - right_facts[0], min(count(left), 3), min(count(right), 3), humps,
            bigram_points(read.before, word, logp) - logp, bigram_points(word, read.after, 0),
            bigram_points(read.before, left, left_facts[0]) - left_facts[0], bigram_points(right, read.after, 0),
            right_facts[1], left_facts[1],
            int(join_score(run[start:place], left) > 0 or join_score(run[place:end], right) > 0),
        ),
        (made, int(words.foreign(left) or words.foreign(right))),
        (foreign, left_facts[2], right_facts[2]),
    )  # fmt: skip


def _between_runs(around: PartContext, at: int) -> Middle:
    part, reads = around.part, around.reads
    left = next((each.word for each in reversed(reads) if each.end <= at), "")
    right = next((each.word for each in reads if each.start >= at), "")
    left_facts, right_facts = word_facts(left), word_facts(right)
    edge = context_symbol(part[at - 1])
    both = bool(left and right)
    return (
        (
            0, 0, 0, 0, int(part.lower() in english.lexicon()), 0, 0, 0, 0, 0, 0,
            int(part.isupper()), spaced_dash_count(part, at, around.evidence),
            left_facts[0] if left else 0, right_facts[0] if right else 0, len(left), len(right), 0, 0,
            bigram_points(left, right, right_facts[0]) - right_facts[0] if both else 0,
            bigram_points(left, edge, 0) if left else 0,
            part[:at].count('"') % 2, part[at:].count('"') % 2, 0,
            0, 0, bigram_points(edge, right, right_facts[0]) - right_facts[0] if right else 0, 0,
            right_facts[1], left_facts[1], 0,
        ),
        (0, 0),
        (int(part.count("(") != part.count(")")), left_facts[2], right_facts[2]),
    )  # fmt: skip


def spaced_dash_count(part: str, at: int, evidence: DocumentCounts) -> int:
    """How often the document has the dash beside a gap between two blanks, -1 where there is none."""
    dash = part[at - 1] if part[at - 1] in DASHES else part[at] if part[at] in DASHES else ""
    return evidence.count_dashes(dash) if dash else -1


def space_candidates(text: str, evidence: DocumentCounts) -> Iterator[SpaceCandidate]:
    """The gaps of a text, in order, at code points of it."""
    line = LineContext("", 0, -1, evidence)
    for start, token in evidence.placed:
        if start > line.end:
            line = LineContext.around(text, start, evidence)
        if line.is_packed:
            continue
        for offset, part in suspect_parts(token):
            yield from _gaps_of_part(text, start + offset, part, line, evidence)


class LineContext(msgspec.Struct, frozen=True, dict=True):
    """The line of a text at `[start, end)`, with what the text shows."""

    text: str
    start: int
    end: int
    evidence: DocumentCounts

    @classmethod
    def around(cls, text: str, at: int, evidence: DocumentCounts) -> "LineContext":
        """The line that `at` lies in."""
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        end = len(text) if end < 0 else end
        return cls(text[start:end], start, end, evidence)

    @cached_property
    def is_packed(self) -> bool:
        """Whether the line lost its spaces, so that it is solved as a whole and elsewhere."""
        return len(self.text) >= MIN_LINE_LETTERS and has_lost_spaces(self.text)

    @cached_property
    def parts(self) -> list[str]:
        """The tokens of the line."""
        return self.text.split()

    @cached_property
    def _quoting(self) -> list[int]:
        return [self.start + at for at, mark in enumerate(self.text) if mark == '"'] if '"' in self.text else []

    @property
    def quotes(self) -> int:
        """Whether a straight quotation mark of the line has no partner."""
        return len(self._quoting) % 2

    def is_quoted(self, at: int) -> bool:
        """Whether a straight quotation mark was opened and not closed before code point `at` of the text."""
        return bisect_left(self._quoting, at) % 2 > 0

    @cached_property
    def unknown(self) -> int:
        """The share of rare words in the line, in sixty-fourths."""
        return 64 * sum(map(self.evidence.rare.__contains__, self.parts)) // (len(self.parts) + 3)


def _gaps_of_part(
    text: str, start: int, part: str, line: LineContext, evidence: DocumentCounts
) -> Iterator[SpaceCandidate]:
    end = start + len(part)
    head = text[max(line.start, start - NEIGHBOUR_CHARS) : start]
    tail = text[end : min(line.end, end + NEIGHBOUR_CHARS)]
    before = head.rsplit(maxsplit=1)[-1] if head and not head.isspace() else ""
    behind = tail.split(maxsplit=1)[0] if tail and not tail.isspace() else ""
    left, right = last_word(before), first_word(behind)
    reads = list(letter_runs(part, left, right, evidence))
    found = candidate_offsets(part, reads)
    if not found:
        return
    first, last, only_letters = not before, not behind, part.isalpha()
    around = PartContext(
        part, reads, usual_boundaries(part, quoted='"' in part and line.is_quoted(start)), evidence, len(found),
        (
            line.unknown, int(not behind[:1].isalpha() or right in english.lexicon()),
            int(before[:1].isupper()),
            word_facts(left)[0] if before[-1:].isalpha() else 0, 0 if only_letters else sum(map(str.isdigit, part)),
            part.count("."), part.count(","), line.quotes,
        ),
        (int(behind[:1].isupper()), min(len(line.parts), 60)),
        (
            int(first), int(last), min(evidence.count(lowered(part)), 4) if only_letters else 0,
            int(first or before[-1:] in SENTENCE_ENDS),
        ),
    )  # fmt: skip
    for at in found:
        inner = part[at - 1] in DASHES or part[at - 1].isalnum()
        inner = inner and (part[at] in DASHES or part[at].isalnum())
        yield SpaceCandidate(start + at, inner, features_at(around, at))
