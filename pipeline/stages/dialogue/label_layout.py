"""How a label is set in its block, and labels of any form that are set like one that the user names."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
import regex

from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import MAX_HAN_LABEL_CHARS, LabelCandidate, cue_of, label_key

MAX_LOOSE_HAN_CHARS = MAX_HAN_LABEL_CHARS // 2
"""Characters of a Chinese label of any form; a longer one is a clause, because Chinese has no spaces."""
ANY_WORD_LABEL = regex.compile(
    r"""
    [*_]{0,3}
    (?: [\[【](?P<label>[^\[\]【】\n:：]{1,40})[\]】](?![(\[])[*_]{0,3}[:：]?             # [ada_f], 【阿的江】
      | (?P<label>(?:[^\s:：|｜*_\[\]【】.!?。！？,，;；/\\]|(?<=\w)[._](?=\w)){1,40})              # ada_f:
        [*_]{0,3}[:：|｜](?![/\d]) )
    [*_]{0,3}\s*
    """,
    regex.VERBOSE,
)
"""A label of one word, which need not have the form of a name."""


class LabelLayout(msgspec.Struct, frozen=True, gc=False):
    """How a label is set."""

    item: str
    """The mark of its list item, `1` for a number; empty outside of lists."""
    emphasis: bool
    bracket: bool
    capitals: bool
    form: str
    wide: bool
    """A full-width colon follows."""


def layout_of(block: Block, label: LabelCandidate) -> LabelLayout:
    """How a label is set in its block."""
    before = block.text[: label.start - block.start]
    after = block.text[label.end - block.start : label.text_start]
    item = "" if not block.item else "1" if block.text[0].isdigit() else block.text[0]
    return LabelLayout(
        item,
        block.bold or "*" in before or "_" in before,
        "[" in before or "【" in before,
        label.capitals,
        label.form,
        "：" in after,
    )


def labels_set_alike(blocks: Sequence[Block], candidates: Mapping[int, LabelCandidate]) -> dict[int, LabelCandidate]:
    """Further labels that recur and are set like one that the user names, by index of their block.

    They need not have the form of a name: `ada_f:` is one if the user names `ben_r`. Empty if the user has no names
    who has a label.
    """
    layouts = {
        layout_of(blocks[i], label) for i, label in candidates.items() if label.from_vocabulary and label.form == "mark"
    }
    if not layouts:
        return {}
    further = {}
    for i, block in enumerate(blocks):
        if i not in candidates and (label := loose_label(block)) is not None and layout_of(block, label) in layouts:
            further[i] = label
    counts = Counter(label.key for label in further.values())
    return {i: label for i, label in further.items() if counts[label.key] > 1}


def loose_label(block: Block) -> LabelCandidate | None:
    """The word before a colon or a bar, or in brackets, at the start of a block; it need not look like a name."""
    match = ANY_WORD_LABEL.match(block.text)
    if match is None:
        return None
    text = match["label"].strip()
    key = label_key(text)
    if not key or key.isdigit() or cue_of(text) is not None:
        return None
    if not text.isascii() and len(text) > MAX_LOOSE_HAN_CHARS:
        return None
    start = block.start + match.start("label")
    return LabelCandidate(start, start + len(text), text, key, None, anonymous=False, text_start=match.end())
