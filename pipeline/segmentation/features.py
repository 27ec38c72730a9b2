"""The features of a candidate, as the decision trees expect them.

The trees were grown from the same features (`scripts/train_spacing.py`), so neither their order nor their values must
change.
"""

from typing import NamedTuple


class CandidateFeatures(NamedTuple):
    """What is known about a candidate, in the order that the trees expect. Flags are 0 or 1, `points` are log P.

    A run is a run of letters. For a candidate between two runs (`in_run` is 0) a few fields hold something else, as
    `_between_runs` says.
    """

    character_before_2: int = 0
    character_before_1: int = 0
    character_after_1: int = 0
    character_after_2: int = 0
    """Classes of the two characters on either side, see `character_class`."""
    is_usual: int = 0
    """A space is usual here by the marks alone."""
    chars_before: int = 0
    chars_after: int = 0
    """Code points of the part on either side."""
    candidates_in_part: int = 0
    is_first_token: int = 0
    is_last_token: int = 0
    """The token is the first or the last one of its line."""
    token_count: int = 0
    """How often the document has the whole token as a word."""

    in_run: int = 0
    """The candidate is inside a run rather than at a mark."""
    is_best_cut: int = 0
    """The best reading of the run cuts here."""
    margin: int = 0
    """Points by which the best reading that cuts here is better than the best one that does not."""
    margin_over_whole: int = 0
    """The same compared with the run as one word."""
    run_is_known: int = 0
    run_points: int = 0
    run_corpus_count: int = 0
    run_capital_odds: int = 0
    run_join_score: int = 0
    run_spelling_points: int = 0
    """Points a letter of the spelling of the run."""
    run_letters: int = 0
    run_case: int = 0
    """1 for all capitals, 2 for a capital at the start."""
    run_count: int = 0
    """How often the document has the run as a word."""
    left_points: int = 0
    right_points: int = 0
    left_letters: int = 0
    right_letters: int = 0
    """The words on either side of the cut."""
    is_first_cut: int = 0
    cuts: int = 0
    """Cuts of the best reading."""
    pair_points: int = 0
    pair_gain: int = 0
    """Points of the right word after the left one, and what it gains by that."""
    left_count: int = 0
    right_count: int = 0
    """How often the document has these words."""
    camel_humps: int = 0
    """Changes from a small letter to a capital inside the run."""
    gain_after_previous: int = 0
    next_points: int = 0
    """How well the whole run fits the word before it and the word after it."""
    left_gain_after_previous: int = 0
    next_points_after_right: int = 0
    """The same for the words on either side of the cut."""
    right_capital_odds: int = 0
    left_capital_odds: int = 0
    has_joined_side: int = 0
    """One of the two words is itself run together: `ofthe`."""

    unknown_share: int = 0
    """Share of unusual tokens in the line, in sixty-fourths."""
    next_is_known: int = 0
    previous_has_capital: int = 0
    previous_points: int = 0
    digits: int = 0
    full_stops: int = 0
    commas: int = 0
    """Characters of the part."""
    has_unpaired_quote: int = 0
    """The line has a straight quotation mark without a partner."""

    is_affixed: int = 0
    """The run is a known word with a prefix or a suffix."""
    has_foreign_side: int = 0
    """One of the two words belongs to another language."""

    next_has_capital: int = 0
    line_tokens: int = 0

    run_is_foreign: int = 0
    left_corpus_count: int = 0
    right_corpus_count: int = 0

    opens_sentence: int = 0
