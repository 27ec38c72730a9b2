"""Which blocks are the body, and which a translation of it: printed after it, or paragraph by paragraph.

A line such as `English version` above the translation is in neither; `translation_headings.txt` has its wordings.
"""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import msgspec
import regex

from pipeline.lexicon.lists import rows
from pipeline.model.document import Document, script_of
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.exchanges import exchange_numbers
from pipeline.stages.dialogue.label_candidates import find_candidate
from pipeline.stages.dialogue.labelled_block import LabelledBlock

MIN_TRANSLATED_BLOCKS = 3
MIN_TRANSLATED_SHARE = 0.4
"""Blocks in the other language for each block of the body from which they can be a translation."""
MIN_TRANSLATED_SHARE_BELOW_HEADING = 0.6
"""Share of the blocks below a line that announces a translation which must be in the other language."""
MAX_VERSION_HEADING_CHARS = 40
"""Characters of such a line."""
MAX_SWITCHES_AFTER_BODY = 2
"""Changes of language in an article whose translation is printed after it."""


class BodyVersion(msgspec.Struct, frozen=True):
    """The blocks in one language. `interleaved`: they alternate with those of the other language."""

    language: str
    blocks: tuple[Block, ...]
    interleaved: bool = False
    heading: Block | None = None
    """The line above a translation that only announces it."""


def split_versions(document: Document, blocks: Sequence[Block]) -> tuple[BodyVersion, ...]:
    """The body and its translation, if there is one. The body is the version that is printed first.

    A second language is a translation only if it has blocks enough, either all after the body or alternating with it;
    otherwise it is part of the body.
    """
    scripts = ["latin" if block.text.isascii() or not is_mostly_chinese(block.text) else "han" for block in blocks]
    whole = (BodyVersion(_main_language(document, blocks), tuple(blocks)),)
    if len(set(scripts)) < 2:
        return whole
    if (below := _below_heading(document, blocks, scripts)) is not None:
        return below
    switches = sum(before != after for before, after in pairwise(scripts))
    interleaved = switches >= len(blocks) // 2
    main = _main_script_of_pairs(blocks, scripts) if interleaved else _main_script(blocks, scripts)
    body = [block for block, side in zip(blocks, scripts, strict=True) if side == main]
    translation = [block for block, side in zip(blocks, scripts, strict=True) if side != main]
    after_body = switches <= MAX_SWITCHES_AFTER_BODY and scripts[0] == main and scripts[-1] != main
    enough = len(translation) >= MIN_TRANSLATED_BLOCKS and len(translation) >= MIN_TRANSLATED_SHARE * len(body)
    if not enough or not (interleaved or after_body):
        return whole
    return (
        BodyVersion(_main_language(document, body), tuple(body), interleaved),
        BodyVersion(_main_language(document, translation), tuple(translation), interleaved),
    )


def _below_heading(
    document: Document, blocks: Sequence[Block], scripts: Sequence[str]
) -> tuple[BodyVersion, ...] | None:
    """The body and the translation below a line that announces it, or None without such a line."""
    for i, block in enumerate(blocks):
        if not i or len(block.text) > MAX_VERSION_HEADING_CHARS or not _announces_translation(block):
            continue
        main, body, below = _main_script(blocks[:i], scripts[:i]), blocks[:i], blocks[i + 1 :]
        others = sum(side != main for side in scripts[i + 1 :])
        if others < MIN_TRANSLATED_BLOCKS or others < MIN_TRANSLATED_SHARE_BELOW_HEADING * len(below):
            continue
        if others < MIN_TRANSLATED_SHARE * len(body):
            continue
        return (
            BodyVersion(_main_language(document, body), tuple(body)),
            BodyVersion(_main_language(document, below), tuple(below), heading=block),
        )
    return None


@cache
def _heading_pattern() -> "regex.Pattern[str]":
    return regex.compile(
        "|".join(f"(?:{row})" for row in rows(__package__, "translation_headings.txt")), regex.IGNORECASE
    )


def _announces_translation(block: Block) -> bool:
    return _heading_pattern().fullmatch(block.text.strip("*_#>（）()【】[]「」—–- :：。.\t")) is not None


def is_mostly_chinese(text: str) -> bool:
    """Whether a text is Chinese, or about as much Chinese as Latin."""
    # A Chinese character has three bytes in UTF-8: with few more bytes than characters there is hardly any.
    if 10 * (len(text.encode("utf-8", "replace")) - len(text)) < len(text):
        return False
    return script_of(text) in {"han", "mixed"}


def _main_script(blocks: Sequence[Block], scripts: Sequence[str]) -> str:
    """The script of the first prose; a title may be in another language than its article."""
    return next((side for block, side in zip(blocks, scripts, strict=True) if block.is_prose), scripts[0])


def _main_script_of_pairs(blocks: Sequence[Block], scripts: Sequence[str]) -> str:
    """The script of the first turn before a block in the other language; without one, of the first prose."""
    for block, (side, following) in zip(blocks, pairwise(scripts), strict=False):
        if side != following and find_candidate(block) is not None:
            return side
    return _main_script(blocks, scripts)


def _main_language(document: Document, blocks: Sequence[Block]) -> str:
    """The language of most characters of some blocks, `und` if it is known for none."""
    chars: Counter[str] = Counter()
    labels, at = document.layer("language"), 0
    for block in blocks:
        while at < len(labels) and labels[at].end <= block.start:
            at += 1
        if at < len(labels) and labels[at].start <= block.start:
            chars[labels[at].value] += block.end - block.start
    known = {language: count for language, count in chars.items() if language not in {"und", "mul"}}
    return max(known, key=lambda language: known[language]) if known else "und"


# --- exchanges and names of both versions


def matching_exchanges(body: Sequence[LabelledBlock], translation: Sequence[LabelledBlock]) -> list[int | None]:
    """For each block of the translation the number of the body's exchange that it translates, or None.

    If both have as many exchanges, they match by number. Otherwise a block of an interleaved translation belongs to
    the exchange above it, and for one after the whole body there is no evidence.
    """
    ours, theirs = exchange_numbers(body), exchange_numbers(translation)
    count = max((number for number in ours if number), default=0)
    if count == max((number for number in theirs if number), default=0):
        return theirs
    if not translation or not body or translation[0].start > body[-1].start:
        return [None] * len(translation)
    numbers: list[int | None] = []
    above, at = None, 0
    for labelled, number in zip(translation, theirs, strict=True):
        while at < len(body) and body[at].block.start < labelled.block.start:
            above, at = ours[at] or above, at + 1
        numbers.append(above if number else None)
    return numbers


def with_body_names(body: Sequence[LabelledBlock], translation: Sequence[LabelledBlock]) -> list[LabelledBlock]:
    """The blocks of the translation with the names that the speakers have in the body.

    A label that also occurs in the body names the same person in both, regardless of turns.
    """
    body_names = {labelled.label.text: labelled.name for labelled in body if labelled.label is not None}
    matches = match_speakers(body, translation)
    renamed: list[LabelledBlock] = []
    last: tuple[str | None, str | None] = (None, None)  # the last speaker's name in translation and body
    for labelled in translation:
        if labelled.label is not None and labelled.label.text in body_names:
            name = body_names[labelled.label.text]
        elif labelled.label is None and labelled.turn and labelled.name == last[0]:
            name = last[1]  # the turn continues
        else:
            name = None if labelled.name is None else matches.get(labelled.name, labelled.name)
        if labelled.label is not None:
            last = labelled.name, name
        renamed.append(labelled if name == labelled.name else msgspec.structs.replace(labelled, name=name))
    return renamed


def match_speakers(body: Sequence[LabelledBlock], translation: Sequence[LabelledBlock]) -> dict[str, str]:
    """Names of the translation to names of the body: people who take the same turns are the same.

    If one has more turns than the other, the only person who asks is the same in both, and so is the only one who
    answers.
    """
    ours = [labelled.name for labelled in body if labelled.label]
    theirs = [labelled.name for labelled in translation if labelled.label]
    if len(ours) != len(theirs):
        pairs = [(_only_speaker(body, part), _only_speaker(translation, part)) for part in ("question", "answer")]
        return {their: our for our, their in pairs if our and their}
    counts: dict[str, Counter[str]] = {}
    for our, their in zip(ours, theirs, strict=True):
        if our and their:
            counts.setdefault(their, Counter())[our] += 1
    return {their: names.most_common(1)[0][0] for their, names in counts.items()}


def _only_speaker(body: Sequence[LabelledBlock], part: str) -> str | None:
    """The name of the only person with turns of this part, or None."""
    names = {labelled.name for labelled in body if labelled.label and labelled.part == part}
    return names.pop() if len(names) == 1 else None
