"""Spaces around punctuation in English text: `that,under` is `that, under`, `Initiative ,` is `Initiative,`.

Two sources propose edits, and the surer one wins: `marks` judges each mark by the words on both sides of it, and
`pipeline.segmentation` finds missing spaces from the whole document. Chinese lines, numbers, addresses, code,
abbreviations and French spacing stay as they are.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

import regex

from pipeline.lexicon.vocabulary import changes_inside
from pipeline.model.document import Document
from pipeline.model.stage import Finding, Rule
from pipeline.segmentation.boundaries import LATIN_LETTER
from pipeline.segmentation.counts import document_counts
from pipeline.segmentation.score import missing_spaces
from pipeline.segmentation.user_words import user_words_of
from pipeline.stages.fixpoint import propose_to_fixpoint
from pipeline.stages.non_prose.mask import prose_edits
from pipeline.stages.punctuation.lines import PunctuatedLine, punctuated_line
from pipeline.stages.punctuation.marks import QUOTATION_MARKS, edit_for_mark
from pipeline.stages.punctuation.missing_spaces import edit_for_gap
from pipeline.stages.punctuation.rules import RULES
from pipeline.text.edits import Edit

TOUCHING_MARK = regex.compile(
    rf"""
      [,;:!?.)\]%”"](?<=[\p{{L}}\d.,!?)”’"'].)(?=[\p{{Latin}}\d“"(])      # that,under
    | ["“(](?<={LATIN_LETTER}.)(?={LATIN_LETTER})                         # friends(or
    """,
    regex.VERBOSE,
)
"""A mark that touches the words on both sides."""
STRAY_COMMA = regex.compile(r"""[ ],(?=[\s”"]|$)(?<=[\p{Latin}\d)”’"][ ],)""", regex.MULTILINE)
"""`Initiative ,`."""
MIN_SPACED_COMMAS, COMMAS_PER_SPACED_COMMA = 2, 4
"""A document with so many spaces before commas, and before one comma in so many, is written that way."""
MIN_SPACE_CONFIDENCE = 0.4
"""Confidence under which a space is not even proposed."""


@dataclass(frozen=True)
class Punctuation:
    """Repairs the spaces around punctuation: `(GSI)and that,under` is `(GSI) and that, under`."""

    name: ClassVar = "punctuation"
    after: ClassVar = frozenset({"entities", "mojibake", "markup"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = RULES
    protocol: ClassVar = 1

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an insertion for each missing space and a deletion for each stray one."""
        yield from propose_to_fixpoint(document, self.rules, allowed_edits)


def allowed_edits(document: Document) -> Iterator[Edit]:
    """The edits of the prose of `document`, except those inside an entry of the user's vocabulary: `Yahoo!Japan`."""
    if not document.vocabulary:
        yield from prose_edits(document, proposed_edits(document))
    elif edits := list(prose_edits(document, proposed_edits(document))):
        spans = document.vocabulary.marked(document.text)
        yield from (edit for edit in edits if not changes_inside(spans, edit.start, edit.end))


def proposed_edits(document: Document) -> Iterator[Edit]:
    """The edits of `document` in order, at most one for each place."""
    text = document.text
    user_words = user_words_of(document.vocabulary).edges
    missing = {
        space.at: space
        for space in missing_spaces(text, user_words)
        if not space.inner and space.confidence >= MIN_SPACE_CONFIDENCE
    }
    places = sorted({*((at, False) for at in _mark_offsets(text, user_words)), *((at, True) for at in missing)})
    if not places:
        return
    starts = [line.start for line in document.lines]
    spaced = _has_spaced_commas(text)
    line = PunctuatedLine.empty()
    best: dict[int, Edit] = {}
    for at, is_gap in places:
        if at > line.end:
            line = punctuated_line(document, document.lines[bisect_right(starts, at) - 1])
        if line.is_code:
            continue
        edit = edit_for_gap(text, missing[at], line) if is_gap else edit_for_mark(text, at, line, spaced=spaced)
        # Two marks may ask for the same space: `"One"("two")`.
        if edit and (edit.start not in best or best[edit.start].confidence < edit.confidence):
            best[edit.start] = edit
    yield from _one_side_of_quotes(text, best)


def _one_side_of_quotes(text: str, edits: Mapping[int, Edit]) -> Iterator[Edit]:
    """The edits in order. A quotation mark opens or closes, so only the surer of two spaces around one is kept."""
    for at in sorted(edits):
        other = None
        if text[at] in QUOTATION_MARKS:
            other = edits.get(at + 1)
        elif text[at - 1] in QUOTATION_MARKS:
            other = edits.get(at - 1)
        if other is None or (other.confidence, other.start) <= (edits[at].confidence, at):
            yield edits[at]


def _has_spaced_commas(text: str) -> bool:
    """Whether a text has spaces before its commas by intent."""
    spaced = text.count(" ,")
    return spaced >= MIN_SPACED_COMMAS and COMMAS_PER_SPACED_COMMA * spaced > text.count(",") + text.count("，")


def _mark_offsets(text: str, user_words: frozenset[str]) -> list[int]:
    """The offsets of marks to be judged: those in tokens that may be missing a space, and commas after a space."""
    offsets = []
    for start, suspect in document_counts(text, user_words).suspect_positions:
        if not suspect.isalpha():
            offsets += [match.start() for match in TOUCHING_MARK.finditer(text, start, start + len(suspect))]
    if " ," in text:
        offsets += [match.start() for match in STRAY_COMMA.finditer(text)]
    return offsets
