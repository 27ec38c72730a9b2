"""What is known of each candidate for a turn's start, as the decision trees of `turn_starts` expect it.

Most of it is about groups over the whole document: all lines with one label, and all lines that are set alike. A word
such as `Note:` looks like `Ada:`; what tells them apart is how all lines with one label behave.

Most candidates of a document share most of their features: those of their block, of their label, of their style, of
the document. So each of these is computed once and copied into a table with numpy, a row for each candidate.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pipeline.stages.dialogue.block_facts import OPENING_QUOTES, QUESTION_START, READ_CHARS, block_facts
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.feature_scales import entropy, log, median, share
from pipeline.stages.dialogue.label_facts import FAR, label_facts
from pipeline.stages.dialogue.turn_candidates import TURN_FORMS, TurnCandidate, TurnOpening

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_FOLLOWING_CHARS = 5000
RECURRING = 3
"""Times from which a label recurs."""
MAX_MENTIONED = 40
"""Labels that are looked for in the words of the document."""
MAX_COVERED_CHARS, MAX_COVERAGE = 3000, 300
"""Characters of a turn that count as covered by its label, and the highest share of the document, in hundredths."""
SHORT_CHARS = 40
NEAREST_PLACES = 8
"""Candidates among which the nearest label is looked for."""
TITLE_CHARS = 600
"""Characters at the top of a document in which the title and the names of those who talk are."""


class TurnStartFeatures(NamedTuple):
    """What is known of a candidate. Flags are 0 or 1, shares are of a hundred, `log` is hundredths of a natural log."""

    # The candidate itself and how it is set.
    form: int
    bold: int
    italic: int
    level: int
    item: int
    number: int
    quoted: int
    time: int
    cell: int
    column: int
    term: int
    definition: int
    dashed: int
    all_bold: int
    all_italic: int
    indented: int
    after_rule: int
    # Its label.
    label_chars: int
    label_words: int
    label_capitals: int
    label_upper: int
    label_initials: int
    label_han: int
    label_digit: int
    label_kind: int
    label_anonymous: int
    label_odd: int
    label_code: int
    label_name: int
    label_shaped: int
    label_ordinary: int
    label_in_title: int
    label_mentions: int
    label_asks: int
    # All lines with its label.
    label_count: int
    label_share: int
    label_question_share: int
    label_log_length: int
    label_same_style: int
    label_span: int
    label_conversing: int
    label_alternates: int
    # All lines that are set as it is.
    style_count: int
    style_share: int
    style_labels: int
    style_recurring: int
    style_alternates: int
    style_span: int
    style_log_length: int
    style_question_share: int
    style_entropy: int
    style_gap: int
    style_first: int
    style_conversing: int
    style_ended: int
    # What is around it.
    same_label_before: int
    same_label_after: int
    gap_before: int
    gap_after: int
    recurring_before: int
    recurring_after: int
    nearest_before: int
    nearest_before_count: int
    nearest_after_count: int
    nearest_before_style: int
    nearest_after_style: int
    question_above: int
    heading_above: int
    bold_above: int
    italic_above: int
    log_length_above: int
    short_above: int
    question_below: int
    heading_below: int
    bold_below: int
    log_length_below: int
    first: int
    place: int
    # The words that follow.
    log_length: int
    log_block_length: int
    asks: int
    holds_question: int
    question_start: int
    first_person: int
    second_person: int
    capital_start: int
    small_start: int
    quote_start: int
    ended: int
    has_mark: int
    # The document.
    document_log_length: int
    document_candidates: int
    document_recurring: int
    document_recurring_lines: int
    document_coverage: int
    document_entropy: int
    document_best_count: int
    document_best_recurring: int
    document_best_alternates: int
    document_best_span: int
    document_best_questions: int
    document_questions: int
    document_headings: int
    document_heading_questions: int
    document_bold: int
    document_bold_questions: int
    document_changes: int
    document_conversing: int
    document_quoted: int
    document_indented: int
    document_han: int
    document_items: int


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
FORM_NUMBERS = {form: number for number, form in enumerate(TURN_FORMS)}
UNMARKED_FORMS = frozenset({"line", "paragraph"})
"""Forms in which no mark tells a label from other words."""

COLUMN = {name: number for number, name in enumerate(TurnStartFeatures._fields)}


def _columns(first: str, last: str) -> slice:
    """The columns of a table of features from one feature to another, both included."""
    return slice(COLUMN[first], COLUMN[last] + 1)


def turn_start_features(
    candidates: Sequence[TurnCandidate], blocks: Sequence[Block], openings: Sequence[TurnOpening]
) -> "NDArray[np.int32]":
    """The features of each candidate of a document: a row for each, whose columns are those of `TurnStartFeatures`."""
    import numpy as np

    if not candidates:
        return np.empty((0, len(COLUMN)), np.int32)
    return _DocumentFacts(candidates, blocks, openings).table()


class _BlockRow(NamedTuple):
    """What is known of one block and of the marks before its words, for all of its candidates."""

    bold_opening: int
    italic_opening: int
    level: int
    item: int
    number: int
    quoted: int
    cell: int
    column: int
    term: int
    definition: int
    dashed: int
    bold: int
    italic: int
    indented: int
    after_rule: int
    log_chars: int
    asks: int
    holds_question: int
    first_person: int
    second_person: int
    ended: int
    has_mark: int
    short: int
    first: int


SETTING = (
    ("bold", "bold_opening"),
    ("italic", "italic_opening"),
    ("level", "level"),
    ("item", "item"),
    ("number", "number"),
    ("quoted", "quoted"),
    ("cell", "cell"),
    ("column", "column"),
    ("term", "term"),
    ("definition", "definition"),
    ("dashed", "dashed"),
    ("all_bold", "bold"),
    ("all_italic", "italic"),
    ("indented", "indented"),
    ("after_rule", "after_rule"),
    ("first", "first"),
    ("has_mark", "has_mark"),
)
"""Features of the block that a candidate is in, with the field of the block."""
ABOVE = (
    ("question_above", "asks"),
    ("heading_above", "level"),
    ("bold_above", "bold"),
    ("italic_above", "italic"),
    ("log_length_above", "log_chars"),
    ("short_above", "short"),
)
"""Features of the block above it."""
BELOW = (
    ("question_below", "asks"),
    ("heading_below", "level"),
    ("bold_below", "bold"),
    ("log_length_below", "log_chars"),
)
"""Features of the block below the one with its words."""
OWN_BLOCK = (
    ("log_block_length", "log_chars"),
    ("asks", "asks"),
    ("holds_question", "holds_question"),
    ("first_person", "first_person"),
    ("second_person", "second_person"),
    ("ended", "ended"),
)
"""Features of the block with its words."""


def _places(pairs: Sequence[tuple[str, str]]) -> tuple[list[int], list[int]]:
    """The columns of some features, and the columns of the fields of `_BlockRow` that they are."""
    return [COLUMN[name] for name, _ in pairs], [_BlockRow._fields.index(field) for _, field in pairs]


SETTING_PLACES, ABOVE_PLACES, BELOW_PLACES, OWN_BLOCK_PLACES = map(_places, (SETTING, ABOVE, BELOW, OWN_BLOCK))
STARTS_COLUMNS = [COLUMN[name] for name in ("question_start", "capital_start", "small_start", "quote_start")]
LABEL_COLUMNS = _columns("label_chars", "label_alternates")
STYLE_COLUMNS = _columns("style_count", "style_ended")
NEIGHBOURS_COLUMNS = _columns("same_label_before", "nearest_after_style")
PLACE_COLUMNS = _columns("place", "log_length")
DOCUMENT_COLUMNS = _columns("document_log_length", "document_items")


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
        order = _Order(candidates, self.by_style.values(), self.by_key)
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
        zeros = (0,) * len(_BlockRow._fields)
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

    def _block_row(self, i: int) -> _BlockRow:
        block, opening, facts = self.blocks[i], self.openings[i], self.facts[i]
        return _BlockRow(
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

    def _add_labels(self, table: "NDArray[np.int32]", order: "_Order") -> None:
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


class _Order:
    """The order of the candidates: which come before and after each, in its style and in all styles.

    `style` and `key` number the styles and the labels; a candidate without a label has the key 0.
    """

    def __init__(
        self,
        candidates: Sequence[TurnCandidate],
        by_style: Iterable[Sequence[int]],
        by_key: Mapping[str, Sequence[int]],
    ) -> None:
        import numpy as np

        size = len(candidates)
        self.block = np.array([candidate.block for candidate in candidates])
        self.style, self.key = np.zeros(size, np.intp), np.zeros(size, np.intp)
        self.count = np.zeros(len(by_key) + 1, np.int32)
        # The row at the end is of no candidate: its index is also -1.
        self.before, self.after = np.full(size, -1), np.full(size, -1)
        for number, lines in enumerate(by_style):
            self.style[lines] = number
            self.before[lines[1:]], self.after[lines[:-1]] = lines[:-1], lines[1:]
        for number, lines in enumerate(by_key.values(), 1):
            self.key[lines] = number
            self.count[number] = len(lines)
        self.key_before = np.where(self.before >= 0, self.key[self.before], 0)
        self.key_after = np.where(self.after >= 0, self.key[self.after], 0)

    @property
    def alternating(self) -> "NDArray[np.bool_]":
        """Whether the candidate before or after each in its style has another label."""
        before = (self.key_before > 0) & (self.key_before != self.key)
        after = (self.key_after > 0) & (self.key_after != self.key)
        either: NDArray[np.bool_] = before | after
        return either

    def neighbours(self, may_have_label: Sequence[bool], at: Sequence[int]) -> "NDArray[np.int32]":
        """The features from `same_label_before` to `nearest_after_style`.

        `at` are the places of the words. The nearest candidate is one at another place that may have a label.
        """
        import numpy as np

        count = self.count
        previous, following = (np.array(_nearest(may_have_label, at, step)) for step in (-1, 1))
        rows = (
            (self.key > 0) & (self.key_before == self.key),
            (self.key > 0) & (self.key_after == self.key),
            self._gap(self.before),
            self._gap(self.after),
            count[self.key_before] >= RECURRING,
            count[self.key_after] >= RECURRING,
            self._gap(previous),
            self._log_count(previous),
            self._log_count(following),
            (previous >= 0) & (self.style[previous] == self.style),
            (following >= 0) & (self.style[following] == self.style),
        )
        return np.stack([np.asarray(row, np.int32) for row in rows], axis=1)

    def _gap(self, other: "NDArray[np.intp]") -> "NDArray[np.intp]":
        """The blocks between each candidate and another one; `FAR` for none."""
        import numpy as np

        return np.where(other >= 0, np.minimum(np.abs(self.block - self.block[other]), FAR), FAR)

    def _log_count(self, other: "NDArray[np.intp]") -> "NDArray[np.intp]":
        """The logarithm of how often the label of another candidate occurs."""
        import numpy as np

        logs = np.array([log(count) for count in self.count.tolist()])
        return np.where(other >= 0, logs[self.key[other]], 0)


def _nearest(may_have_label: Sequence[bool], at: Sequence[int], step: int) -> list[int]:
    """For each candidate the next one in one direction at another place that may have a label; -1 for none nearby."""
    nearest = []
    for i, place in enumerate(at):
        found = -1
        last = min(max(i + step * NEAREST_PLACES, -1), len(at))
        for j in range(i + step, last, step):
            if may_have_label[j] and at[j] != place:
                found = j
                break
        nearest.append(found)
    return nearest
