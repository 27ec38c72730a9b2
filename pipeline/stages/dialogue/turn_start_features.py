"""What is known of each candidate for a turn's start, as the decision trees of `turn_starts` expect it.

Most of it is about groups over the whole document: all lines with one label, and all lines that are set alike. A word
such as `Note:` looks like `Ada:`; what tells them apart is how all lines with one label behave.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.stages.dialogue.block_facts import OPENING_QUOTES, QUESTION_START, READ_CHARS, block_facts
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.feature_scales import entropy, log, median, share
from pipeline.stages.dialogue.label_facts import FAR, label_facts
from pipeline.stages.dialogue.turn_candidates import TURN_FORMS, TurnCandidate, TurnOpening

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


def turn_start_features(
    candidates: Sequence[TurnCandidate], blocks: Sequence[Block], openings: Sequence[TurnOpening]
) -> list[TurnStartFeatures]:
    """The features of each candidate of a document."""
    if not candidates:
        return []
    return _DocumentFacts(candidates, blocks, openings).features()


class _DocumentFacts:
    """The facts of one document that all of its candidates share. Used once."""

    def __init__(
        self, candidates: Sequence[TurnCandidate], blocks: Sequence[Block], openings: Sequence[TurnOpening]
    ) -> None:
        self.candidates, self.blocks, self.openings = candidates, blocks, openings
        self.facts = [block_facts(block) for block in blocks]
        self.offset = [0]
        for block in blocks:
            self.offset.append(self.offset[-1] + len(block.text) + 1)
        self.length = self.offset[-1]
        self.at = [self._place(candidate) for candidate in candidates]
        self.following = self._following()
        self.asking = [self._asks(i) for i in range(len(candidates))]
        self.styles = [
            style_of(candidate, blocks[candidate.block], openings[candidate.block], self.facts[candidate.block].asks)
            for candidate in candidates
        ]
        self.by_style: dict[Style, list[int]] = {}
        self.by_label: dict[str, list[int]] = {}
        for i, candidate in enumerate(candidates):
            self.by_style.setdefault(self.styles[i], []).append(i)
            if candidate.key:
                self.by_label.setdefault(candidate.key, []).append(i)
        self.count = {key: len(at) for key, at in self.by_label.items()}
        self.labelled = sum(self.count.values())
        self.style_place = {i: n for at in self.by_style.values() for n, i in enumerate(at)}
        self.groups = {style: self._group(at) for style, at in self.by_style.items()}
        self.label_groups = {key: self._label_group(key, at) for key, at in self.by_label.items()}
        self.top = "".join(block.text + "\n" for block in blocks[:12])[:TITLE_CHARS].casefold()
        self.mentions = self._mentions()
        self.document = self._document()

    def _place(self, candidate: TurnCandidate) -> int:
        """The offset of the words of a candidate, counted over the blocks."""
        words = candidate.words if candidate.words >= 0 else self.openings[candidate.words_block].end
        return self.offset[candidate.words_block] + words

    def _following(self) -> list[int]:
        """For each candidate the characters up to the next one of its form."""
        next_of: dict[str, int] = {}
        following = [0] * len(self.candidates)
        for i in range(len(self.candidates) - 1, -1, -1):
            form = self.candidates[i].form
            following[i] = min(max(next_of.get(form, self.length) - self.at[i], 0), MAX_FOLLOWING_CHARS)
            next_of[form] = self.at[i]
        return following

    def _asks(self, i: int) -> int:
        candidate = self.candidates[i]
        return self.facts[candidate.words_block].asks

    def _conversing(self, i: int) -> int:
        return self.facts[self.candidates[i].words_block].conversing

    def _group(self, at: Sequence[int]) -> _Group:
        keys = [self.candidates[i].key for i in at]
        counts = Counter(keys)
        blocks = [self.candidates[i].block for i in at]
        gaps = [second - first for first, second in pairwise(blocks)]
        pairs = len(keys) - 1
        words = [self.candidates[i].words_block for i in at]
        return _Group(
            log(len(at)),
            share(len(at), len(self.candidates)),
            log(len(counts)),
            share(sum(count for key, count in counts.items() if key and count >= RECURRING), len(at)),
            share(sum(first != second for first, second in pairwise(keys)), pairs),
            share(self.at[at[-1]] - self.at[at[0]], self.length),
            log(median([self.following[i] for i in at])),
            share(sum(self.asking[i] for i in at), len(at)),
            entropy(counts.values()),
            min(median(gaps), FAR) if gaps else FAR,
            share(self.at[at[0]], self.length),
            share(sum(self._conversing(i) for i in at), len(at)),
            share(sum(self.facts[block].ended for block in words), len(at)),
        )

    def _label_group(self, key: str, at: Sequence[int]) -> tuple[int, ...]:
        styles = Counter(self.styles[i] for i in at)
        alternates = 0
        for i in at:
            lines = self.by_style[self.styles[i]]
            place = self.style_place[i]
            before = self.candidates[lines[place - 1]].key if place else ""
            after = self.candidates[lines[place + 1]].key if place + 1 < len(lines) else ""
            alternates += bool((before and before != key) or (after and after != key))
        return (
            log(len(at)),
            share(len(at), self.labelled),
            share(sum(self.asking[i] for i in at), len(at)),
            log(sum(self.following[i] for i in at) // len(at)),
            share(max(styles.values()), len(at)),
            share(self.at[at[-1]] - self.at[at[0]], self.length),
            share(sum(self._conversing(i) for i in at), len(at)),
            share(alternates, len(at)),
        )

    def _mentions(self) -> Mapping[str, int]:
        """How often the first word of each label that recurs occurs in the document, in labels and elsewhere."""
        firsts = sorted({key.split()[0] for key, count in self.count.items() if count > 1 and key.strip()})
        if not firsts:
            return {}
        text = "\n".join(block.text for block in self.blocks).casefold()
        return {first: text.count(first) for first in firsts[:MAX_MENTIONED]}

    def _document(self) -> tuple[int, ...]:
        return *self._labels_of_document(), *self._lines_of_document()

    def _labels_of_document(self) -> tuple[int, ...]:
        recurring = {key for key, count in self.count.items() if count >= RECURRING}
        covered = sum(
            min(self.following[i], MAX_COVERED_CHARS)
            for i, candidate in enumerate(self.candidates)
            if candidate.key in recurring and candidate.form not in {"line", "paragraph"}
        )
        labelled = [group for style, group in self.groups.items() if style[0] not in {"line", "paragraph"}]
        best = max(labelled, key=lambda group: group.recurring * group.lines * group.span, default=NO_GROUP)
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
        headings = [i for i, block in enumerate(self.blocks) if block.level]
        bold = [i for i, block in enumerate(self.blocks) if block.bold]
        return (
            share(sum(fact.asks for fact in self.facts), size),
            log(len(headings)),
            share(sum(self.facts[i].asks for i in headings), len(headings)),
            log(len(bold)),
            share(sum(self.facts[i].asks for i in bold), len(bold)),
            share(sum(opening.change for opening in self.openings), size),
            share(sum(fact.conversing for fact in self.facts), size),
            share(sum(fact.quote for fact in self.facts), size),
            share(sum(block.indented for block in self.blocks), size),
            share(sum(not block.text[:1].isascii() for block in self.blocks), size),
            share(sum(opening.item for opening in self.openings), size),
        )

    def features(self) -> list[TurnStartFeatures]:
        """The features of each candidate."""
        return [self._features(i) for i in range(len(self.candidates))]

    def _nearest(self, i: int, step: int) -> int | None:
        """The next labelled candidate at another place, in one direction."""
        j = i + step
        while 0 <= j < len(self.candidates) and abs(j - i) < NEAREST_PLACES:
            if self.candidates[j].form != "paragraph" and self.at[j] != self.at[i]:
                return j
            j += step
        return None

    def _features(self, i: int) -> TurnStartFeatures:
        candidate = self.candidates[i]
        style = self.styles[i]
        return TurnStartFeatures._make(
            (
                *self._setting(candidate),
                *self._label(candidate),
                *(self.label_groups[candidate.key] if candidate.key else NO_LABEL_GROUP),
                *self.groups[style],
                *self._same_style(i, candidate, style),
                *self._nearest_labels(i, candidate, style),
                *self._above(candidate.block),
                *self._below(candidate.words_block + 1),
                int(candidate.block == 0),
                share(self.at[i], self.length),
                log(self.following[i]),
                *self._words(candidate),
                self.facts[candidate.block].has_mark,
                *self.document,
            )
        )

    def _setting(self, candidate: TurnCandidate) -> tuple[int, ...]:
        """How the candidate is set."""
        block, opening = self.blocks[candidate.block], self.openings[candidate.block]
        return (
            FORM_NUMBERS[candidate.form],
            int(opening.bold or block.bold_opening > 0),
            int(opening.italic),
            block.level,
            int(opening.item or block.item),
            int(opening.number),
            int(block.quoted or opening.quote),
            int(candidate.timed),
            int(opening.cell),
            min(block.column, FAR),
            int(block.term),
            int(block.definition),
            int(block.dashed),
            int(block.bold),
            int(block.italic),
            int(block.indented),
            int(block.after_rule),
        )

    def _label(self, candidate: TurnCandidate) -> tuple[int, ...]:
        """What the label says, and where else its first word occurs."""
        label = label_facts(candidate.label)
        key = candidate.key
        first_word = key.split()[0] if key.strip() else ""
        *facts, asks = label
        if not first_word:
            return *facts, 0, 0, asks
        count = self.count[key]
        in_title = first_word in self.top and count < FAR
        return *facts, int(in_title), log(max(0, self.mentions.get(first_word, 0) - count)), asks

    def _same_style(self, i: int, candidate: TurnCandidate, style: Style) -> tuple[int, ...]:
        """The candidates before and after it in its style."""
        lines, place = self.by_style[style], self.style_place[i]
        before = self.candidates[lines[place - 1]] if place else None
        after = self.candidates[lines[place + 1]] if place + 1 < len(lines) else None
        key, here = candidate.key, candidate.block
        return (
            int(before is not None and bool(key) and before.key == key),
            int(after is not None and bool(key) and after.key == key),
            min(here - before.block, FAR) if before else FAR,
            min(after.block - here, FAR) if after else FAR,
            int(before is not None and self.count.get(before.key, 0) >= RECURRING),
            int(after is not None and self.count.get(after.key, 0) >= RECURRING),
        )

    def _nearest_labels(self, i: int, candidate: TurnCandidate, style: Style) -> tuple[int, ...]:
        """The labels before and after it in any style."""
        previous, following = self._nearest(i, -1), self._nearest(i, 1)
        return (
            min(candidate.block - self.candidates[previous].block, FAR) if previous is not None else FAR,
            log(self.count.get(self.candidates[previous].key, 0)) if previous is not None else 0,
            log(self.count.get(self.candidates[following].key, 0)) if following is not None else 0,
            int(previous is not None and self.styles[previous] == style),
            int(following is not None and self.styles[following] == style),
        )

    def _above(self, here: int) -> tuple[int, ...]:
        """The block above."""
        if here == 0:
            return (0,) * 6
        facts, block = self.facts[here - 1], self.blocks[here - 1]
        return (
            facts.asks,
            block.level,
            int(block.bold),
            int(block.italic),
            log(facts.chars),
            int(facts.chars < SHORT_CHARS),
        )

    def _below(self, below: int) -> tuple[int, ...]:
        """The block below the one with the words."""
        if below >= len(self.blocks):
            return (0,) * 4
        facts, block = self.facts[below], self.blocks[below]
        return facts.asks, block.level, int(block.bold), log(facts.chars)

    def _words(self, candidate: TurnCandidate) -> tuple[int, ...]:
        """The words that follow."""
        facts = self.facts[candidate.words_block]
        at = candidate.words if candidate.words >= 0 else self.openings[candidate.words_block].end
        start = self.blocks[candidate.words_block].text[at : at + READ_CHARS]
        return (
            log(facts.chars),
            facts.asks,
            facts.holds_question,
            int(QUESTION_START.match(start) is not None),
            facts.first_person,
            facts.second_person,
            int(start[:1].isupper()),
            int(start[:1].islower()),
            int(start[:1] in OPENING_QUOTES),
            facts.ended,
        )
