"""Missing spaces between run-together English words: `decadesof` is `decades of`.

`pipeline.segmentation` finds the missing spaces from the word, its neighbours and the whole document.
This stage says where that holds: in lines of English, outside links, code and what the user's vocabulary keeps whole.
Lines without blanks are solved whole, in `unspaced_lines`.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar

import msgspec
import regex

from pipeline.lexicon import english
from pipeline.lexicon.vocabulary import changes_inside
from pipeline.model.document import Document
from pipeline.model.stage import Finding, Rule
from pipeline.segmentation.boundaries import LATIN_LETTER, LETTER_RUN
from pipeline.segmentation.counts import document_counts
from pipeline.segmentation.score import MissingSpace, missing_spaces
from pipeline.segmentation.user_words import UserWords, user_words_of
from pipeline.segmentation.word_scores import lowered
from pipeline.stages.fixpoint import propose_to_fixpoint
from pipeline.stages.words.cut_titles import TRUNCATED, truncated_title
from pipeline.stages.words.figures import is_missing, years_of
from pipeline.stages.words.names import (
    beside_small_word,
    holds_common,
    is_derived,
    is_identifier,
    is_member,
    is_name,
    is_part_of_name,
)
from pipeline.stages.words.prose import is_alone, is_prose
from pipeline.stages.words.unspaced_lines import UNSPACED_LINE, SolvedLine, solve_unspaced_lines
from pipeline.text.edits import Edit

# Tokens that are no prose: links, addresses, paths, handles, hashtags, code, file names, entities and their rests.
PROTECTED = regex.compile(
    r"\]:|://|www\.|[@#\\/_{}<>=|~^*+`′″]|\$(?!\d)|::|\(\)|\p{L}\.\p{Ll}{2,5}\b|"
    r"(?:quot|amp|nbsp|apos|[lr][ds]quo|[mn]dash|hellip|[lg]t);|&\w{1,10};"
)
OPTION = regex.compile(rf"^[(\[]*(-{{1,2}})({LATIN_LETTER}++)")
"""`-v`, `-ie`; but also `-you`, where the document has dashes that stand alone."""
CUT_OFF = regex.compile(r" \.\.\.| …")
"""What stands behind a text that was cut off, perhaps inside its last word."""
BRAND = regex.compile(r"[b-z]\p{Lu}")
"""`iPhone`, `eBay`; but `aGlobal`."""
NUMBER_SURE = 0.97
REACH = 100
"""Code points on each side of a gap in which the end of its token is looked for."""
DERIVED_SURE = 0.97
"""Confidence under which a word made from another is believed to be one: `plantswoman`."""
WORTH_A_NOTE = 0.4
"""Confidence under which a space is not even proposed."""

RUN_TOGETHER = Rule(
    "words.run-together",
    "two or more English words without the space between them",
    acts=(
        "They kept months of recordsin a shed.",
        "He gave thelonger answer at noon.",
        "We want to offerlow-cost housing.",
    ),
    spares=(
        "a nondemocratic state",
        "the city of Taldykorgan",
        "https://example.com/theother",
        "fifty chatbots",
        "a plantswoman",
    ),
    threshold=0.65,
)
CAPITAL = Rule(
    "words.inner-capital",
    "a capital letter begins a word inside another: `theGlobal`",
    acts=("He joined theRoyal guild.", "He was calledOn the way."),
    spares=("a YouTube channel", "the iPhone", "Mr. McDonald"),
    threshold=0.6,
)
NAMES = Rule(
    "words.joined-names",
    "two words without the space between them, the second with a capital and neither a small word: `MaryJohn`",
    acts=("In the autumn of that year, the story of MaryJohnson was told by her sister.",),
    spares=("FirstEnergy said", "call querySelector first", "the GameSpy award", "McAllister and DeLuca"),
    threshold=0.7,
)
IN_VOCABULARY = Rule(
    "words.in-vocabulary",
    "a token of the word lists that edited prose hardly ever has as one word: `ofthe`",
    acts=("This is one ofthe options.", "The hull has tobe tested."),
    spares=("We cannot go into the island.", "Tobe Nakagawa came.", "the capital of Togo"),
    threshold=0.7,
)
NUMBER = Rule(
    "words.number",
    "a word and a figure that run into each other: `In2022`",
    acts=("Since2019 the mill has stood still.",),
    spares=("in 5G areas", "the mp3 file", "COVID19 and 10km", "The file in2022.txt", "/in2022/"),
    threshold=0.6,
)
DASH = Rule(
    "words.dash",
    "a dash that runs into a word on one side only, where it parts two thoughts",
    acts=("I think -- and wehave said so -- that thework -- all of it -- was done --and thatis good.",),
    spares=("a well-known all-time high", "the years 1990–1995", "pre- and post-war"),
    threshold=0.7,
)


@dataclass(frozen=True)
class Words:
    """Puts the spaces back between words: `calledThe Composerwhich` is `called The Composer which`."""

    name: ClassVar = "words"
    after: ClassVar = frozenset({"entities", "mojibake", "markup", "punctuation"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = (
        RUN_TOGETHER,
        CAPITAL,
        NAMES,
        IN_VOCABULARY,
        NUMBER,
        DASH,
        UNSPACED_LINE,
        TRUNCATED,
    )
    protocol: ClassVar = 1
    longest: Annotated[
        int, msgspec.Meta(description="Letters of the longest run that is looked at inside a line of words.", ge=1)
    ] = 40

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an insertion for each missing space, and a note on a title that was cut off."""
        yield from propose_to_fixpoint(document, self.rules, self._proposed)
        known = user_words_of(document.vocabulary)
        note = truncated_title(document, solve_unspaced_lines(document, known), known)
        if note:
            yield note

    def _proposed(self, document: Document) -> Iterator[Edit]:
        """The insertions that the text asks for, but for those inside an entry of the user's: `In2022`, a product."""
        if not document.vocabulary:
            yield from self._asked_for(document)
        elif edits := list(self._asked_for(document)):
            spans = document.vocabulary.marked(document.text)
            yield from (edit for edit in edits if not changes_inside(spans, edit.start, edit.end))

    def _asked_for(self, document: Document) -> Iterator[Edit]:
        text, known = document.text, user_words_of(document.vocabulary)
        solved = solve_unspaced_lines(document, known)
        for line in solved:
            yield from line.edits
        years = set(years_of(document_counts(text, known.pieces)))
        for at in sorted(years):
            if not _within(at, solved):
                yield Edit(at, "", " ", NUMBER.name, NUMBER_SURE)
        for gap in missing_spaces(text, known.pieces):
            if gap.inner and gap.confidence >= WORTH_A_NOTE and gap.at not in years and not _within(gap.at, solved):
                rule = self._reason(document, gap, known)
                if rule is not None:
                    yield Edit(gap.at, "", " ", rule.name, gap.confidence)

    def _reason(self, document: Document, gap: MissingSpace, known: UserWords) -> Rule | None:
        """The rule under which a space is proposed; None where nothing is to be touched."""
        text, at = document.text, gap.at
        start, end = _token(text, at)
        option = OPTION.search(text[start:end])
        if option and (not _has_between_spaces(text, option[1]) or lowered(option[2]) not in english.lexicon()):
            return None
        if PROTECTED.search(text[start:end]) or not is_prose(document, at, start, end):
            return None
        run = next((match for match in LETTER_RUN.finditer(text, start, end) if match.start() < at < match.end()), None)
        if is_alone(document, at, start, end) and not (run and holds_common(run[0], at - run.start())):
            return None
        if run is None:
            if not (text[at - 1].isdigit() or text[at].isdigit()):
                return DASH
            return NUMBER if is_missing(text, at, start, end) else None
        if len(run[0]) > self.longest or known.keeps(run[0]) or known.breaks(run[0], at - run.start()):
            return None
        if BRAND.match(run[0]) or CUT_OFF.match(text, run.end()):
            return None
        if lowered(run[0]) in english.lexicon():
            named = is_name(text, run[0], start, end) or is_part_of_name(text, run.start(), start)
            return None if named else IN_VOCABULARY
        if text[at - 1].islower() and text[at].isupper():
            if is_member(run[0]):
                return None
            if beside_small_word(run[0], at - run.start()):
                return CAPITAL
            return None if is_identifier(text, run, at) else NAMES
        made = gap.confidence < DERIVED_SURE and is_derived(run[0], at - run.start())
        return None if made else RUN_TOGETHER


@lru_cache(maxsize=4)
def _has_between_spaces(text: str, dash: str) -> bool:
    """Whether a dash has a space on both sides somewhere. Remembered, since every option of a text asks."""
    return f" {dash} " in text


def _token(text: str, at: int) -> tuple[int, int]:
    """The token that holds both sides of `at`, as far as it reaches."""
    head, tail = text[max(0, at - REACH) : at].rsplit(maxsplit=1)[-1], text[at : at + REACH].split(maxsplit=1)[0]
    return at - len(head), at + len(tail)


def _within(position: int, solved: Sequence[SolvedLine]) -> bool:
    at = bisect_right(solved, position, key=_start) - 1
    return at >= 0 and position < solved[at].end


def _start(line: SolvedLine) -> int:
    return line.start
