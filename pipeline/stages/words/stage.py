"""Missing spaces between run-together English words: `decadesof` is `decades of`.

`pipeline.segmentation` finds the missing spaces from the word, its neighbours and the whole document. This stage
inserts them under one of its rules (`rule_selection`): in lines of English (`prose`), outside links and code, and never
inside a word of the user's vocabulary. Lines without spaces are solved as a whole (`unspaced_lines`), and a title that
was cut off inside a word gets a note (`cut_titles`).
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

import msgspec

from pipeline.lexicon.vocabulary import changes_inside
from pipeline.model.document import Document
from pipeline.model.stage import Finding, Rule
from pipeline.segmentation.counts import document_counts
from pipeline.segmentation.score import missing_spaces
from pipeline.segmentation.user_words import user_words_of
from pipeline.stages.fixpoint import propose_to_fixpoint
from pipeline.stages.non_prose.mask import prose_edits
from pipeline.stages.words.cut_titles import truncated_title
from pipeline.stages.words.rule_selection import Gap, joined_years, rule_for
from pipeline.stages.words.rules import NUMBER, RULES
from pipeline.stages.words.unspaced_lines import SolvedLine, solve_unspaced_lines
from pipeline.text.edits import Edit

YEAR_CONFIDENCE = 0.97
"""Confidence of a space before a year: `In2022`."""
MIN_SPACE_CONFIDENCE = 0.4
"""Confidence under which a space is not even proposed."""


@dataclass(frozen=True)
class Words:
    """Puts the spaces back between words: `calledThe Composerwhich` is `called The Composer which`."""

    name: ClassVar = "words"
    after: ClassVar = frozenset({"entities", "mojibake", "markup", "punctuation"})
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()
    rules: ClassVar[tuple[Rule, ...]] = RULES
    protocol: ClassVar = 1
    longest: Annotated[
        int, msgspec.Meta(description="Letters of the longest run that is looked at inside a line of words.", ge=1)
    ] = 40

    def find(self, document: Document) -> Iterator[Finding]:
        """Yields an insertion for each missing space, and a note on a title that was cut off."""
        yield from propose_to_fixpoint(document, self.rules, self._allowed_edits)
        user_words = user_words_of(document.vocabulary)
        note = truncated_title(document, solve_unspaced_lines(document, user_words), user_words)
        if note:
            yield note

    def _allowed_edits(self, document: Document) -> Iterator[Edit]:
        """The edits of `document`, except those inside an entry of the user's vocabulary: `In2022`, a product."""
        if not document.vocabulary:
            yield from prose_edits(document, self._edits(document))
        elif edits := list(prose_edits(document, self._edits(document))):
            spans = document.vocabulary.marked(document.text)
            yield from (edit for edit in edits if not changes_inside(spans, edit.start, edit.end))

    def _edits(self, document: Document) -> Iterator[Edit]:
        text, user_words = document.text, user_words_of(document.vocabulary)
        solved = solve_unspaced_lines(document, user_words)
        for line in solved:
            yield from line.edits
        years = set(joined_years(document_counts(text, user_words.edges)))
        for at in sorted(years):
            if not _is_in_solved_line(at, solved):
                yield Edit(at, "", " ", NUMBER.name, YEAR_CONFIDENCE)
        for space in missing_spaces(text, user_words.edges):
            if not space.inner or space.confidence < MIN_SPACE_CONFIDENCE:
                continue
            if space.at in years or _is_in_solved_line(space.at, solved):
                continue
            gap = Gap.of(document, space, user_words)
            rule = None if len(gap.word) > self.longest else rule_for(gap)
            if rule is not None:
                yield Edit(space.at, "", " ", rule.name, space.confidence)


def _is_in_solved_line(position: int, solved: Sequence[SolvedLine]) -> bool:
    at = bisect_right(solved, position, key=_line_start) - 1
    return at >= 0 and position < solved[at].end


def _line_start(line: SolvedLine) -> int:
    return line.start
