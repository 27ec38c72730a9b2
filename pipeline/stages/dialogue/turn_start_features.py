"""What is known of each candidate for a turn's start, as the decision trees of `turn_starts` expect it: the fields.

`turn_start_table` computes them. A new field needs words in `turn_start_features.tsv`, and new trees.
"""

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.stages.dialogue.turn_candidates import TURN_FORMS


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


FORM_NUMBERS = {form: number for number, form in enumerate(TURN_FORMS)}
COLUMN = {name: number for number, name in enumerate(TurnStartFeatures._fields)}


def _columns(first: str, last: str) -> slice:
    """The columns of a table of features from one feature to another, both included."""
    return slice(COLUMN[first], COLUMN[last] + 1)


class BlockRow(NamedTuple):
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
    """The columns of some features, and the columns of the fields of `BlockRow` that they are."""
    return [COLUMN[name] for name, _ in pairs], [BlockRow._fields.index(field) for _, field in pairs]


SETTING_PLACES, ABOVE_PLACES, BELOW_PLACES, OWN_BLOCK_PLACES = map(_places, (SETTING, ABOVE, BELOW, OWN_BLOCK))
STARTS_COLUMNS = [COLUMN[name] for name in ("question_start", "capital_start", "small_start", "quote_start")]
LABEL_COLUMNS = _columns("label_chars", "label_alternates")
STYLE_COLUMNS = _columns("style_count", "style_ended")
NEIGHBOURS_COLUMNS = _columns("same_label_before", "nearest_after_style")
PLACE_COLUMNS = _columns("place", "log_length")
DOCUMENT_COLUMNS = _columns("document_log_length", "document_items")
