"""How paragraphs begin where they may be turns that nobody recognised: with a name, a mark of turns, or a question.

`labels` reads what the stage understands as a label. This module reads more loosely, because it only warns: list items
(`* Ada: yes`, `- [ada] yes`), captions (`<v Ada>`, `>> yes`), labels of symbols, and names alone on a line.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec
import regex

from pipeline.stages.dialogue.blocks import LIST_MARKER, Block
from pipeline.stages.dialogue.label_candidates import (
    LABEL_SEARCH_CHARS,
    SPEAKER_KINDS,
    LabelCandidate,
    cue_of,
    find_candidate,
    is_name_shaped,
    label_key,
)
from pipeline.stages.dialogue.label_scoring import name_evidence
from pipeline.stages.dialogue.labelled_block import LabelledBlock
from pipeline.stages.dialogue.pronouns import CONVERSATION

MAX_BODY_CHARS = 300
"""Characters after an opening that are read."""
MIN_ONE_LINE_CHARS = 600
"""Characters from which a paragraph may hold a whole talk, as in dumps of one line."""

CHEVRONS = regex.compile(r">>[> ]*+$")
"""What captions put where the speaker changes; it stands before the unit, as a quotation's mark does."""
LOOSE_LABEL = regex.compile(
    r"[*_]{0,3}(?:<v(?:\.\w{1,20})?\s(?P<voice>[^<>\n]{1,40})>"  # <v Ada Fern> of WebVTT
    r"|[\[【](?P<bracket>[^\[\]【】\n:：]{1,40})[\]】](?![(\[:])"  # [ada], 【记者】
    r"|(?P<name>[^\n:：|｜*_\[\]<>]{1,40})[*_]{0,3}[:：|｜](?!//))[*_]{0,3}\s*"  # Ada Fern:
)
MAX_NAME_LINE_CHARS = 40
"""Characters of a line that may be a name alone."""
OPENING_MARK = re.compile("[<\\[【:：|｜]")
"""What an opening cannot be without; most paragraphs have none of these near their beginning."""
SYMBOL_LABEL = regex.compile(r"[\p{So}\p{Sk}\p{Mn}\p{Cf}]{1,12}")
INLINE_LABEL = regex.compile(r"(?:(?<=[\s。！？!?”])|(?<=^))(?P<name>\p{L}[\p{L}·《》 ]{0,19})[:：](?!//)")
"""A label amid a paragraph."""


class Opening(msgspec.Struct, frozen=True, gc=False):
    """The beginning of a paragraph that may be a turn.

    `[start, end)` of the document is what is shown of it; `key` is what makes two the same; `known` says that the stage
    reads it as a label, so that `[vocabulary] names` decides; `alone` that it is all of its line; `named` that it is a
    name; `body` is what follows it, cut.
    """

    start: int
    end: int
    key: str
    shown: str
    body: str
    known: bool = False
    anonymous: bool = False
    cued: bool = False
    alone: bool = False
    named: bool = False

    @property
    def speaks(self) -> bool:
        """Whether the text after it addresses somebody or speaks of the speaker."""
        return CONVERSATION.search(self.body) is not None

    @property
    def asks(self) -> bool:
        """Whether the text after it holds a question."""
        return "?" in self.body or "？" in self.body


def find_openings(placed: Sequence[LabelledBlock], text: str) -> Iterator[Opening]:
    """The openings of the paragraphs that nobody's label begins; `text` is the document's."""
    for i, one in enumerate(placed):
        if one.label is not None or one.part == "title":
            continue
        block = one.block
        below = placed[i + 1].block.text if i + 1 < len(placed) else ""
        found = find_opening(block, below) or _chevron_opening(block, text) or _name_line_opening(block, below)
        if found is not None:
            yield found
        elif len(block.text) >= MIN_ONE_LINE_CHARS:
            yield from _inline_openings(block)


def find_opening(block: Block, below: str = "") -> Opening | None:
    """How a paragraph begins where that may be a label; `below` is the next paragraph, for a label alone."""
    label = find_candidate(block)
    if label is not None and not block.level and label.form != "blanks":
        return _candidate_opening(block, label, below)
    if OPENING_MARK.search(block.text, 0, LABEL_SEARCH_CHARS) is None:
        return None
    item = LIST_MARKER.match(block.text)
    at = item.end() if item else 0
    at += len(block.text[at:]) - len(block.text[at:].lstrip())
    match = LOOSE_LABEL.match(block.text, at)
    if match is None:
        return None
    group = match.lastgroup or ""
    name = (match[group] or "").strip()
    if not name or not (_looks_like_name(name, group) or SYMBOL_LABEL.fullmatch(name)):
        return None
    said = cue_of(name)
    if said is not None and said.kind == "never":
        return None
    start = block.start + match.start(group)
    shown = block.text[: match.end()].strip()
    cued = said is not None and said.kind in SPEAKER_KINDS
    return Opening(
        start, start + len(name), label_key(name) or name, shown, _text_after(block, match.end(), below), cued=cued
    )


def _looks_like_name(name: str, group: str) -> bool:
    return name[0].isalpha() and (group != "name" or is_name_shaped(name))


def _candidate_opening(block: Block, label: LabelCandidate, below: str) -> Opening:
    shown = label.text if label.form in {"heading", "word"} else f"{label.text}:"
    body = _text_after(block, label.text_start, below)
    return Opening(
        label.start,
        label.end,
        label.key,
        shown,
        body,
        known=True,
        anonymous=label.anonymous,
        cued=label.kind in SPEAKER_KINDS,
    )


def _chevron_opening(block: Block, text: str) -> Opening | None:
    if not block.quoted or CHEVRONS.search(text, max(0, block.start - 6), block.start) is None:
        return None
    return Opening(block.start, block.end, ">>", ">>", block.text[:MAX_BODY_CHARS], cued=True)


def _name_line_opening(block: Block, below: str) -> Opening | None:
    """The first line of a paragraph, where it may be a name that nothing separates from the words below it."""
    line, _, rest = block.text[: MAX_NAME_LINE_CHARS + MAX_BODY_CHARS].partition("\n")
    name = line.strip("*_ ")
    if (
        len(line) > MAX_NAME_LINE_CHARS
        or not name
        or not name[-1].isalpha()
        or not is_name_shaped(name)
        or cue_of(name) is not None
    ):
        return None
    start = block.start + line.index(name)
    key = label_key(name)
    label = LabelCandidate(start, start + len(name), name, key, None, anonymous=False, text_start=len(line))
    named = name_evidence(label) > 0
    return Opening(start, label.end, key, name, rest.strip() or below[:MAX_BODY_CHARS], alone=True, named=named)


def _inline_openings(block: Block) -> Iterator[Opening]:
    for match in INLINE_LABEL.finditer(block.text):
        name = match["name"].strip()
        if is_name_shaped(name) and ((said := cue_of(name)) is None or said.kind != "never"):
            start = block.start + match.start("name")
            body = block.text[match.end() : match.end() + MAX_BODY_CHARS]
            yield Opening(start, start + len(name), label_key(name), f"{name}:", body, cued=said is not None)


def _text_after(block: Block, at: int, below: str) -> str:
    """The text after a label, or the next paragraph if the label stands alone."""
    return block.text[at : at + MAX_BODY_CHARS].strip("*_ ") or below[:MAX_BODY_CHARS]
