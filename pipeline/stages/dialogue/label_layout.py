"""How a label is set in its paragraph, and labels of any form that are set like one that the user names."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec
import regex

from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import LONGEST_HAN, Candidate, cue, key_of

NAMED = regex.compile(
    r"[*_]{0,3}(?:[\[【](?P<label>[^\[\]【】\n:：]{1,40})[\]】](?![(\[])[*_]{0,3}[:：]?"  # [ada_f], 【阿的江】
    r"|(?P<label>(?:[^\s:：|｜*_\[\]【】.!?。！？,，;；/\\]|(?<=\w)[._](?=\w)){1,40})"  # ada_f:
    r"[*_]{0,3}[:：|｜](?![/\d]))"
    r"[*_]{0,3}\s*"
)
"""A label of one word that need not have the form of a name."""


class Layout(msgspec.Struct, frozen=True, gc=False):
    """How a label is set: the mark of its list item, emphasis, brackets, capitals, and what separates it."""

    item: str
    emphasis: bool
    bracket: bool
    capitals: bool
    form: str
    wide: bool


def layout(unit: Block, label: Candidate) -> Layout:
    """How a label is set in its paragraph."""
    before = unit.text[: label.start - unit.start]
    behind = unit.text[label.end - unit.start : label.body]
    mark = "" if not unit.item else "1" if unit.text[0].isdigit() else unit.text[0]
    return Layout(
        mark,
        unit.bold or "*" in before or "_" in before,
        "[" in before or "【" in before,
        label.capitals,
        label.form,
        "：" in behind,
    )


def set_alike(given: Sequence[Block], found: Mapping[int, Candidate]) -> dict[int, Candidate]:
    """Further labels that come again and are set like one that the user names, by index of their unit.

    They need not have the form of a name: `ada_f:` is one where the user names `ben_r`. Empty where the user names
    nobody who has a label.
    """
    layouts = {layout(given[i], label) for i, label in found.items() if label.told and label.form == "mark"}
    if not layouts:
        return {}
    further = {}
    for i, unit in enumerate(given):
        if i not in found and (label := loose_label(unit)) is not None and layout(unit, label) in layouts:
            further[i] = label
    counts = Counter(label.key for label in further.values())
    return {i: label for i, label in further.items() if counts[label.key] > 1}


def loose_label(unit: Block) -> Candidate | None:
    """The word before a colon or a bar, or in brackets, at the start of a paragraph; it need not look like a name."""
    match = NAMED.match(unit.text)
    if match is None:
        return None
    text = match["label"].strip()
    key = key_of(text)
    said = cue(text) if key else None
    # Chinese runs on without blanks: there a long label is a clause.
    long = not text.isascii() and len(text) > LONGEST_HAN // 2
    if not key or key.isdigit() or long or said is not None:
        return None
    start = unit.start + match.start("label")
    return Candidate(start, start + len(text), text, key, None, anonymous=False, body=match.end())
