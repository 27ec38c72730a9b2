"""The openings of blocks that may be unrecognised turns: a name, a mark of turns, or a question.

`label_candidates` reads what the stage accepts as a label. This module reads more loosely, because it only warns: list
items (`* Ada: yes`, `- [ada] yes`), captions (`<v Ada>`, `>> yes`), labels of symbols, and names alone on a line.
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
from pipeline.stages.dialogue.label_scoring import holds_question, name_evidence
from pipeline.stages.dialogue.labelled_block import LabelledBlock
from pipeline.stages.dialogue.pronouns import CONVERSATION

MAX_BODY_CHARS = 300
"""Characters after an opening that are read."""
MIN_ONE_LINE_CHARS = 600
"""Characters from which a block may hold a whole dialogue, as dumps on one line do."""
MAX_NAME_LINE_CHARS = 40
"""Characters of a line that may be a name alone."""
MAX_CHEVRON_CHARS = 6
"""Characters before a block in which chevrons are looked for."""

CHEVRONS = regex.compile(r">>[> ]*+$")
"""What captions have where the speaker changes; it is before the block, as a quotation's mark is."""
LOOSE_LABEL = regex.compile(
    r"""
    [*_]{0,3}
    (?: <v(?:\.\w{1,20})?\s(?P<voice>[^<>\n]{1,40})>                       # <v Ada Fern> of WebVTT
      | [\[【](?P<bracket>[^\[\]【】\n:：]{1,40})[\]】](?![(\[:])            # [ada], 【记者】
      | (?P<name>[^\n:：|｜*_\[\]<>]{1,40})[*_]{0,3}[:：|｜](?!//) )         # Ada Fern:
    [*_]{0,3}\s*
    """,
    regex.VERBOSE,
)
OPENING_MARK = re.compile("[<\\[【:：|｜]")
"""What every `LOOSE_LABEL` holds; most blocks have none of these near their beginning."""
SYMBOL_LABEL = regex.compile(r"[\p{So}\p{Sk}\p{Mn}\p{Cf}]{1,12}")
INLINE_LABEL = regex.compile(r"(?:(?<=[\s。！？!?”])|(?<=^))(?P<name>\p{L}[\p{L}·《》 ]{0,19})[:：](?!//)")
"""A label within a block."""


class Opening(msgspec.Struct, frozen=True, gc=False):
    """The beginning of a block that may be a turn. `[start, end)` is the span in the document of what is shown."""

    start: int
    end: int
    key: str
    """The same for all spellings of one label."""
    shown: str
    body: str
    """The text after it, cut to `MAX_BODY_CHARS`."""
    known: bool = False
    """The stage reads it as a label candidate, so that `[vocabulary] names` can make it a label."""
    anonymous: bool = False
    cued: bool = False
    """Its words are those of a speaker's label."""
    alone: bool = False
    """It is all of its line."""
    named: bool = False
    """It is a name."""

    @property
    def speaks(self) -> bool:
        """Whether the text after it says I, we or you."""
        return CONVERSATION.search(self.body) is not None

    @property
    def asks(self) -> bool:
        """Whether the text after it holds a question."""
        return holds_question(self.body)


def find_openings(body: Sequence[LabelledBlock], text: str) -> Iterator[Opening]:
    """The openings of the blocks that no label begins; `text` is the document's."""
    for i, labelled in enumerate(body):
        if labelled.label is not None or labelled.part == "title":
            continue
        block = labelled.block
        below = body[i + 1].block.text if i + 1 < len(body) else ""
        opening = find_opening(block, below) or _chevron_opening(block, text) or _name_line_opening(block, below)
        if opening is not None:
            yield opening
        elif len(block.text) >= MIN_ONE_LINE_CHARS:
            yield from _inline_openings(block)


def find_opening(block: Block, below: str = "") -> Opening | None:
    """The opening of a block that may begin with a label; `below` is the next block, for a label alone."""
    candidate = find_candidate(block)
    if candidate is not None and not block.level and candidate.form != "blanks":
        return _candidate_opening(block, candidate, below)
    if OPENING_MARK.search(block.text, 0, LABEL_SEARCH_CHARS) is None:
        return None
    match = LOOSE_LABEL.match(block.text, _after_list_marker(block.text))
    if match is None:
        return None
    group = match.lastgroup or ""
    name = (match[group] or "").strip()
    if not name or not (_looks_like_name(name, group) or SYMBOL_LABEL.fullmatch(name)):
        return None
    cue = cue_of(name)
    if cue is not None and cue.kind == "never":
        return None
    start = block.start + match.start(group)
    return Opening(
        start,
        start + len(name),
        label_key(name) or name,
        block.text[: match.end()].strip(),
        _text_after(block, match.end(), below),
        cued=cue is not None and cue.kind in SPEAKER_KINDS,
    )


def _after_list_marker(text: str) -> int:
    marker = LIST_MARKER.match(text)
    at = marker.end() if marker else 0
    return at + len(text[at:]) - len(text[at:].lstrip())


def _looks_like_name(name: str, group: str) -> bool:
    return name[0].isalpha() and (group != "name" or is_name_shaped(name))


def _candidate_opening(block: Block, candidate: LabelCandidate, below: str) -> Opening:
    return Opening(
        candidate.start,
        candidate.end,
        candidate.key,
        candidate.text if candidate.form in {"heading", "word"} else f"{candidate.text}:",
        _text_after(block, candidate.text_start, below),
        known=True,
        anonymous=candidate.anonymous,
        cued=candidate.kind in SPEAKER_KINDS,
    )


def _chevron_opening(block: Block, text: str) -> Opening | None:
    before = max(0, block.start - MAX_CHEVRON_CHARS)
    if not block.quoted or CHEVRONS.search(text, before, block.start) is None:
        return None
    return Opening(block.start, block.end, ">>", ">>", block.text[:MAX_BODY_CHARS], cued=True)


def _name_line_opening(block: Block, below: str) -> Opening | None:
    """The first line of a block, if it may be a name that nothing separates from the words below it."""
    line, _, rest = block.text[: MAX_NAME_LINE_CHARS + MAX_BODY_CHARS].partition("\n")
    name = line.strip("*_ ")
    if len(line) > MAX_NAME_LINE_CHARS or not name or not name[-1].isalpha():
        return None
    if not is_name_shaped(name) or cue_of(name) is not None:
        return None
    start = block.start + line.index(name)
    end, key = start + len(name), label_key(name)
    candidate = LabelCandidate(start, end, name, key, None, anonymous=False, text_start=len(line))
    text = rest.strip() or below[:MAX_BODY_CHARS]
    return Opening(start, end, key, name, text, alone=True, named=name_evidence(candidate) > 0)


def _inline_openings(block: Block) -> Iterator[Opening]:
    for match in INLINE_LABEL.finditer(block.text):
        name = match["name"].strip()
        cue = cue_of(name)
        if is_name_shaped(name) and (cue is None or cue.kind != "never"):
            start = block.start + match.start("name")
            text = block.text[match.end() : match.end() + MAX_BODY_CHARS]
            yield Opening(start, start + len(name), label_key(name), f"{name}:", text, cued=cue is not None)


def _text_after(block: Block, at: int, below: str) -> str:
    """The text after a label, or the next block if the label is alone."""
    return block.text[at : at + MAX_BODY_CHARS].strip("*_ ") or below[:MAX_BODY_CHARS]
