"""Warnings about labels that stand within another speaker's turn and were not accepted as speakers'."""

from collections import Counter
from collections.abc import Iterator, Sequence

import regex

from pipeline.model.stage import Note
from pipeline.stages.dialogue.label_candidates import Candidate, hit
from pipeline.stages.dialogue.label_layout import layout, loose_label
from pipeline.stages.dialogue.label_scoring import naming
from pipeline.stages.dialogue.labelled_block import LabelledBlock
from pipeline.stages.dialogue.paragraph_starts import MAX_READ, SPEECH

RULE = "dialogue.label-in-turn"
WITHIN = frozenset({"dialogue.continued", "dialogue.below-question"})
"""Rules of paragraphs that belong to a turn because nobody else begins to speak."""
ASKING = "dialogue.bare-question"
"""Rule of paragraphs that are a turn because they ask, without a speaker."""
MIN_SHARE = 0.2
"""Share of the accepted labels that must have the layout of one that was not accepted."""
NO_NAME = regex.compile(r"[请請]|[第其][一二三四五六七八九十百\d]|首先|其次|最后|最後|另外")
"""What requests to the reader (`请注意：`) and counted points (`第一：`) begin with, and no name does."""
MAX_SHOWN = 40
"""Characters of a name that a message shows."""


def labels_in_turns(placed: Sequence[LabelledBlock]) -> Iterator[Note]:
    """A warning for each label, at its first place, that is set like the accepted ones and stands within a turn.

    In a list each such name is one, and where the user names a speaker; elsewhere, where an answer may hold
    `Poland: …`, somebody must speak after it.
    """
    found = [(one, label) for one in placed if (label := _label(one)) is not None]
    if not found:
        return
    accepted = Counter(layout(one.unit, one.label) for one in placed if one.label is not None)
    told = any(one.label.told for one in placed if one.label is not None)
    least = max(MIN_SHARE * accepted.total(), 1)
    seen: set[str] = set()
    for one, label in found:
        if label.key in seen or accepted[layout(one.unit, label)] < least:
            continue
        body = one.unit.text[label.body : label.body + MAX_READ]
        speaks = one.unit.ended and ("?" in body or "？" in body or SPEECH.search(body) is not None)
        if not (one.unit.item or told or speaks):
            continue
        seen.add(label.key)
        whose = f" of {one.name[:MAX_SHOWN]}" if one.name else ""
        yield Note(
            label.start,
            label.end,
            RULE,
            "warning",
            f"'{label.text[:MAX_SHOWN]}:' in a turn{whose} looks like a speaker label. "
            "If it is one, add the name to [vocabulary] names.",
        )


def _label(one: LabelledBlock) -> Candidate | None:
    """The possible label of a paragraph within a turn, where it may be a name."""
    if one.label is not None or one.rule not in WITHIN | {ASKING}:
        return None
    label = hit(one.unit)
    if label is None and (label := loose_label(one.unit)) is not None and naming(label) <= 0:
        return None
    if label is None or label.form != "mark" or label.anonymous or naming(label) < 0 or NO_NAME.match(label.text):
        return None
    return label
