"""Computes what is known of each candidate for a turn's start, as the decision trees of `turn_starts` expect it.

Most of it is about groups over the whole document: all lines with one label, and all lines that are set alike. A word
such as `Note:` looks like `Ada:`; what tells them apart is how all lines with one label behave.

Most candidates of a document share most of their features: those of their block, of their label, of their style, of
the document. So each of these is computed once and copied into a table with numpy, a row for each candidate.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pipeline.stages.dialogue.block_facts import OPENING_QUOTES, QUESTION_START, READ_CHARS, block_facts
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.candidate_order import RECURRING, CandidateOrder
from pipeline.stages.dialogue.feature_scales import entropy, log, median, share
from pipeline.stages.dialogue.label_facts import FAR, label_facts
from pipeline.stages.dialogue.turn_candidates import TurnCandidate, TurnOpening
from pipeline.stages.dialogue.turn_start_features import (
    ABOVE_PLACES,
    BELOW_PLACES,
    COLUMN,
    DOCUMENT_COLUMNS,
    FORM_NUMBERS,
    LABEL_COLUMNS,
    NEIGHBOURS_COLUMNS,
    OWN_BLOCK_PLACES,
    PLACE_COLUMNS,
    SETTING_PLACES,
    STARTS_COLUMNS,
    STYLE_COLUMNS,
    BlockRow,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_FOLLOWING_CHARS = 5000
MAX_MENTIONED = 40
"""Labels that are looked for in the words of the document."""
MAX_COVERED_CHARS, MAX_COVERAGE = 3000, 300
"""Characters of a turn that count as covered by its label, and the highest share of the document, in hundredths."""
SHORT_CHARS = 40
TITLE_CHARS = 600
"""Characters at the top of a document in which the title and the names of those who talk are."""


Style = tuple[object, ...]


def style_of(candidate: TurnCandidate, block: Block, opening: TurnOpening, asks: int) -> Style:
    """How a candidate is set: two candidates of one style look alike."""
    return (
        candidate.form,
        block.bold or opening.bold or block.bold_opening > 0,
        block.italic or opening.italic,
        block.level,
        block.term,
        block.column,
        opening.item or block.item,
        opening.number,
        block.quoted or opening.quote,
        block.dashed,
        candidate.timed,
        asks if candidate.form == "paragraph" else 0,
    )


class _Group(NamedTuple):
    """What the lines of one style have in common, in the order of the features."""

    lines: int
    share: int
    labels: int
    recurring: int
    alternates: int
    span: int
    log_length: int
    question_share: int
    entropy: int
    gap: int
    first: int
    conversing: int
    ended: int


NO_GROUP = _Group(*(0,) * 13)
NO_LABEL_GROUP = (-1,) * 8
UNMARKED_FORMS = frozenset({"line", "paragraph"})
"""Forms in which no mark tells a label from other words."""


def turn_start_features(
    candidates: Sequence[TurnCandidate], blocks: Sequence[Block], openings: Sequence[TurnOpening]
) -> "NDArray[np.int32]":
    """The features of each candidate of a document: a row for each, whose columns are those of `TurnStartFeatures`."""
    import numpy as np

    if not candidates:
        return np.empty((0, len(COLUMN)), np.int32)
    return _DocumentFacts(candidates, blocks, openings).table()


class _DocumentFacts:
    """The facts of one document that all of its candidates share. Used once."""

    def __init__(
        self, candidates: Sequence[TurnCandidate], blocks: Sequence[Block], openings: Sequence[TurnOpening]
    ) -> None:
        self.candidates, self.blocks, self.openings = candidates, blocks, openings
        self.facts = [block_facts(block) for block in blocks]
        offset = [0]
        for block in blocks:
            offset.append(offset[-1] + len(block.text) + 1)
        self.length = offset[-1]
        self.words = [
            candidate.words if candidate.words >= 0 else openings[candidate.words_block].end for candidate in candidates
        ]
        """The offset of the words of each candidate in their block."""
        self.at = [
            offset[candidate.words_block] + words for candidate, words in zip(candidates, self.words, strict=True)
        ]
        """The same, counted over all blocks."""
        self.following = self._following()
        self.by_style: dict[Style, list[int]] = {}
        self.by_key: dict[str, list[int]] = {}
        for i, candidate in enumerate(candidates):
            here = candidate.block
            style = style_of(candidate, blocks[here], openings[here], self.facts[here].asks)
            self.by_style.setdefault(style, []).append(i)
            if candidate.key:
                self.by_key.setdefault(candidate.key, []).append(i)
        self.count = {key: len(lines) for key, lines in self.by_key.items()}
        self.labelled = sum(self.count.values())
        self.groups = {style: self._group(lines) for style, lines in self.by_style.items()}

    def _following(self) -> list[int]:
        """For each candidate the characters up to the next one of its form."""
        next_of: dict[str, int] = {}
        following = [0] * len(self.candidates)
        for i in range(len(self.candidates) - 1, -1, -1):
            form = self.candidates[i].form
            following[i] = min(max(next_of.get(form, self.length) - self.at[i], 0), MAX_FOLLOWING_CHARS)
            next_of[form] = self.at[i]
        return following

    def table(self) -> "NDArray[np.int32]":
        """The features of each candidate, a row each."""
        import numpy as np

        candidates = self.candidates
        table = np.empty((len(candidates), len(COLUMN)), np.int32)
        self._add_blocks(table)
        order = CandidateOrder(candidates, self.by_style.values(), self.by_key)
        table[:, STYLE_COLUMNS] = np.array([*self.groups.values()], np.int32)[order.style]
        self._add_labels(table, order)
        table[:, NEIGHBOURS_COLUMNS] = order.neighbours(
            [candidate.form != "paragraph" for candidate in candidates], self.at
        )
        table[:, COLUMN["form"]] = [FORM_NUMBERS[candidate.form] for candidate in candidates]
        table[:, COLUMN["time"]] = [candidate.timed for candidate in candidates]
        table[:, PLACE_COLUMNS] = [
            (share(at, self.length), log(following)) for at, following in zip(self.at, self.following, strict=True)
        ]
        table[:, STARTS_COLUMNS] = [self._start(i) for i in range(len(candidates))]
        table[:, DOCUMENT_COLUMNS] = (*self._labels_of_document(), *self._lines_of_document())
        return table

    # --- blocks

    def _add_blocks(self, table: "NDArray[np.int32]") -> None:
        """What is known of the blocks that a candidate and its words are in, of the one above and the one below."""
        import numpy as np

        # A row of zeros on either side, for what is above the first block and below the last.
        zeros = (0,) * len(BlockRow._fields)
        rows = np.array([zeros, *map(self._block_row, range(len(self.blocks))), zeros], np.int32)
        block = np.array([candidate.block for candidate in self.candidates])
        words_block = np.array([candidate.words_block for candidate in self.candidates])
        for at, (columns, fields) in (
            (block, ABOVE_PLACES),
            (block + 1, SETTING_PLACES),
            (words_block + 1, OWN_BLOCK_PLACES),
            (words_block + 2, BELOW_PLACES),
        ):
            table[:, columns] = rows[:, fields][at]

    def _block_row(self, i: int) -> BlockRow:
        block, opening, facts = self.blocks[i], self.openings[i], self.facts[i]
        return BlockRow(
            opening.bold or block.bold_opening > 0,
            opening.italic,
            block.level,
            opening.item or block.item,
            opening.number,
            block.quoted or opening.quote,
            opening.cell,
            min(block.column, FAR),
            block.term,
            block.definition,
            block.dashed,
            block.bold,
            block.italic,
            block.indented,
            block.after_rule,
            log(facts.chars),
            facts.asks,
            facts.holds_question,
            facts.first_person,
            facts.second_person,
            facts.ended,
            facts.has_mark,
            facts.chars < SHORT_CHARS,
            i == 0,
        )

    def _start(self, i: int) -> tuple[bool, bool, bool, bool]:
        """How the words of a candidate begin: as a question, with a capital, a small letter, a quotation mark."""
        text, at = self.blocks[self.candidates[i].words_block].text, self.words[i]
        first = text[at : at + 1]
        asks = QUESTION_START.match(text, at, at + READ_CHARS) is not None
        return asks, first.isupper(), first.islower(), first in OPENING_QUOTES

    # --- groups of candidates

    def _group(self, lines: Sequence[int]) -> _Group:
        keys = [self.candidates[i].key for i in lines]
        counts = Counter(keys)
        blocks = [self.candidates[i].block for i in lines]
        gaps = [second - first for first, second in pairwise(blocks)]
        words = [self.facts[self.candidates[i].words_block] for i in lines]
        size = len(lines)
        return _Group(
            log(size),
            share(size, len(self.candidates)),
            log(len(counts)),
            share(sum(count for key, count in counts.items() if key and count >= RECURRING), size),
            share(sum(first != second for first, second in pairwise(keys)), size - 1),
            share(self.at[lines[-1]] - self.at[lines[0]], self.length),
            log(median([self.following[i] for i in lines])),
            share(sum([facts.asks for facts in words]), size),
            entropy(counts.values()),
            min(median(gaps), FAR) if gaps else FAR,
            share(self.at[lines[0]], self.length),
            share(sum([facts.conversing for facts in words]), size),
            share(sum([facts.ended for facts in words]), size),
        )

    def _add_labels(self, table: "NDArray[np.int32]", order: CandidateOrder) -> None:
        """What each label says, and what all lines with it have in common."""
        import numpy as np

        alternating, styles = order.alternating.tolist(), order.style.tolist()
        groups = {key: self._label_group(lines, alternating, styles) for key, lines in self.by_key.items()}
        top = "".join(block.text + "\n" for block in self.blocks[:12])[:TITLE_CHARS].casefold()
        mentions = self._mentions()
        numbers: dict[tuple[str, str], int] = {}
        rows: list[tuple[int, ...]] = []
        label = []
        for candidate in self.candidates:
            spelling = candidate.label, candidate.key
            number = numbers.setdefault(spelling, len(rows))
            if number == len(rows):
                rows.append((*self._label(*spelling, top, mentions), *groups.get(candidate.key, NO_LABEL_GROUP)))
            label.append(number)
        table[:, LABEL_COLUMNS] = np.array(rows, np.int32)[label]

    def _label(self, label: str, key: str, top: str, mentions: Mapping[str, int]) -> tuple[int, ...]:
        """What a label says, and where else its first word occurs: at the top of the document, and anywhere."""
        *facts, asks = label_facts(label)
        first_word, *_ = key.split(maxsplit=1) or ("",)
        if not first_word:
            return *facts, 0, 0, asks
        count = self.count[key]
        in_title = first_word in top and count < FAR
        return *facts, int(in_title), log(max(0, mentions.get(first_word, 0) - count)), asks

    def _label_group(self, lines: Sequence[int], alternating: Sequence[bool], styles: Sequence[int]) -> tuple[int, ...]:
        words = [self.facts[self.candidates[i].words_block] for i in lines]
        size = len(lines)
        return (
            log(size),
            share(size, self.labelled),
            share(sum([facts.asks for facts in words]), size),
            log(sum([self.following[i] for i in lines]) // size),
            share(max(Counter([styles[i] for i in lines]).values()), size),
            share(self.at[lines[-1]] - self.at[lines[0]], self.length),
            share(sum([facts.conversing for facts in words]), size),
            share(sum([alternating[i] for i in lines]), size),
        )

    def _mentions(self) -> Mapping[str, int]:
        """How often the first word of each label that recurs occurs in the document, in labels and elsewhere."""
        firsts = sorted({key.split()[0] for key, count in self.count.items() if count > 1 and key.strip()})
        if not firsts:
            return {}
        text = "\n".join(block.text for block in self.blocks).casefold()
        return {first: text.count(first) for first in firsts[:MAX_MENTIONED]}

    # --- the document

    def _labels_of_document(self) -> tuple[int, ...]:
        recurring = [key for key, count in self.count.items() if count >= RECURRING]
        covered = sum(
            min(self.following[i], MAX_COVERED_CHARS)
            for key in recurring
            for i in self.by_key[key]
            if self.candidates[i].form not in UNMARKED_FORMS
        )
        marked = [group for style, group in self.groups.items() if style[0] not in UNMARKED_FORMS]
        best = max(marked, key=lambda group: group.recurring * group.lines * group.span, default=NO_GROUP)
        return (
            log(self.length),
            log(len(self.candidates)),
            log(len(recurring)),
            log(sum(self.count[key] for key in recurring)),
            min(share(covered, self.length), MAX_COVERAGE),
            entropy(self.count.values()),
            best.lines,
            best.recurring,
            best.alternates,
            best.span,
            best.question_share,
        )

    def _lines_of_document(self) -> tuple[int, ...]:
        size = len(self.blocks)
        headings = [facts.asks for block, facts in zip(self.blocks, self.facts, strict=True) if block.level]
        bold = [facts.asks for block, facts in zip(self.blocks, self.facts, strict=True) if block.bold]
        return (
            share(sum([facts.asks for facts in self.facts]), size),
            log(len(headings)),
            share(sum(headings), len(headings)),
            log(len(bold)),
            share(sum(bold), len(bold)),
            share(sum([opening.change for opening in self.openings]), size),
            share(sum([facts.conversing for facts in self.facts]), size),
            share(sum([facts.quote for facts in self.facts]), size),
            share(sum([block.indented for block in self.blocks]), size),
            share(sum([not block.text[:1].isascii() for block in self.blocks]), size),
            share(sum([opening.item for opening in self.openings]), size),
        )
