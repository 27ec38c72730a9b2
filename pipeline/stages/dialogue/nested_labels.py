"""Warnings about labels that stand within another speaker's turn and were not accepted as speakers'."""

from collections import Counter
from collections.abc import Iterator, Sequence

import regex

from pipeline.model.stage import Note
from pipeline.stages.dialogue.label_candidates import LabelCandidate, find_candidate
from pipeline.stages.dialogue.label_layout import layout_of, loose_label
from pipeline.stages.dialogue.label_scoring import name_evidence
from pipeline.stages.dialogue.labelled_block import LabelledBlock
from pipeline.stages.dialogue.paragraph_starts import MAX_BODY_CHARS
from pipeline.stages.dialogue.pronouns import CONVERSATION

LABEL_IN_TURN_RULE = "dialogue.label-in-turn"
CONTINUED_RULES = frozenset({"dialogue.continued", "dialogue.below-question"})
"""Rules of paragraphs that belong to a turn because nobody else begins to speak."""
BARE_QUESTION_RULE = "dialogue.bare-question"
"""Rule of paragraphs that are a turn because they ask, without a speaker."""
MIN_LAYOUT_SHARE = 0.2
"""Share of the accepted labels that must have the layout of one that was not accepted."""
REQUEST_OR_COUNT = regex.compile(r"[请請]|[第其][一二三四五六七八九十百\d]|首先|其次|最后|最後|另外")
"""What requests to the reader (`请注意：`) and counted points (`第一：`) begin with, and no name does."""
MAX_NAME_SHOWN_CHARS = 40
"""Characters of a name that a message shows."""


def nested_label_notes(placed: Sequence[LabelledBlock]) -> Iterator[Note]:
    """A warning for each label, at its first place, that is set like the accepted ones and stands within a turn.

    In a list each such name is one, and where the user names a speaker; elsewhere, where an answer may hold
    `Poland: …`, somebody must speak after it.
    """
    found = [(one, label) for one in placed if (label := _unaccepted_label(one)) is not None]
    if not found:
        return
    accepted = Counter(layout_of(one.block, one.label) for one in placed if one.label is not None)
    told = any(one.label.from_vocabulary for one in placed if one.label is not None)
    least = max(MIN_LAYOUT_SHARE * accepted.total(), 1)
    seen: set[str] = set()
    for one, label in found:
        if label.key in seen or accepted[layout_of(one.block, label)] < least:
            continue
        body = one.block.text[label.text_start : label.text_start + MAX_BODY_CHARS]
        speaks = one.block.ends_sentence and ("?" in body or "？" in body or CONVERSATION.search(body) is not None)
        if not (one.block.item or told or speaks):
            continue
        seen.add(label.key)
        whose = f" of {one.name[:MAX_NAME_SHOWN_CHARS]}" if one.name else ""
        yield Note(
            label.start,
            label.end,
            LABEL_IN_TURN_RULE,
            "warning",
            f"'{label.text[:MAX_NAME_SHOWN_CHARS]}:' in a turn{whose} looks like a speaker label. "
            "If it is one, add the name to [vocabulary] names.",
        )


def _unaccepted_label(one: LabelledBlock) -> LabelCandidate | None:
    """The possible label of a paragraph within a turn, where it may be a name."""
    if one.label is not None or one.rule not in CONTINUED_RULES | {BARE_QUESTION_RULE}:
        return None
    label = find_candidate(one.block)
    if label is None and (label := loose_label(one.block)) is not None and name_evidence(label) <= 0:
        return None
    if (
        label is None
        or label.form != "mark"
        or label.anonymous
        or name_evidence(label) < 0
        or REQUEST_OR_COUNT.match(label.text)
    ):
        return None
    return label
