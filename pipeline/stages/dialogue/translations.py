"""Which paragraphs are the body, and which a translation of it: printed behind it, or paragraph by paragraph."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from pipeline.model.document import Document, script
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import find_candidate
from pipeline.stages.dialogue.labelled_block import LabelledBlock
from pipeline.stages.dialogue.parse_body import exchange_numbers

MIN_TRANSLATED_BLOCKS = 3
MIN_TRANSLATED_SHARE = 0.4
"""Paragraphs of the other language for each of the body's from which they can be a translation of it."""


class BodyVersion(msgspec.Struct, frozen=True):
    """The units in one language; `interleaved` where they stand between those of the body."""

    language: str
    blocks: tuple[Block, ...]
    interleaved: bool = False


def split_versions(document: Document, blocks: Sequence[Block]) -> tuple[BodyVersion, ...]:
    """The body and, where there is one, its translation.

    The body is the version printed first. A second language makes a version only if it has paragraphs enough, either
    in one stretch behind the body or in turn with it; else it is part of the body.
    """
    sides = ["latin" if block.text.isascii() or not is_mostly_chinese(block.text) else "han" for block in blocks]
    if len(set(sides)) < 2:
        return (BodyVersion(_main_language(document, blocks), tuple(blocks)),)
    switches = sum(a != b for a, b in pairwise(sides))
    interleaved = switches >= len(blocks) // 2
    main = _main_side_of_pairs(blocks, sides) if interleaved else _main_side(blocks, sides)
    body = [block for block, side in zip(blocks, sides, strict=True) if side == main]
    other = [block for block, side in zip(blocks, sides, strict=True) if side != main]
    behind = switches <= 2 and sides[0] == main and sides[-1] != main
    enough = len(other) >= MIN_TRANSLATED_BLOCKS and len(other) >= MIN_TRANSLATED_SHARE * len(body)
    if not enough or not (interleaved or behind):
        return (BodyVersion(_main_language(document, blocks), tuple(blocks)),)
    return (
        BodyVersion(_main_language(document, body), tuple(body), interleaved),
        BodyVersion(_main_language(document, other), tuple(other), interleaved),
    )


def _main_side(blocks: Sequence[Block], sides: Sequence[str]) -> str:
    """The side of the first prose; a title may be in another language than its article."""
    return next((side for block, side in zip(blocks, sides, strict=True) if block.is_prose), sides[0])


def is_mostly_chinese(text: str) -> bool:
    """Whether text is Chinese, or as much Chinese as Latin."""
    # A Chinese character takes three bytes in UTF-8: with few bytes more than characters there is hardly one.
    if 10 * (len(text.encode("utf-8", "replace")) - len(text)) < len(text):
        return False
    return script(text) in {"han", "mixed"}


def _main_side_of_pairs(blocks: Sequence[Block], sides: Sequence[str]) -> str:
    """The side of the first turn that is followed by one in the other language, else of the first prose."""
    for block, (side, other) in zip(blocks, pairwise(sides), strict=False):
        if side != other and find_candidate(block) is not None:
            return side
    return _main_side(blocks, sides)


def _main_language(document: Document, blocks: Sequence[Block]) -> str:
    tally: Counter[str] = Counter()
    labels, at = document.layer("language"), 0
    for block in blocks:
        while at < len(labels) and labels[at].end <= block.start:
            at += 1
        if at < len(labels) and labels[at].start <= block.start:
            tally[labels[at].value] += block.end - block.start
    sure = {language: size for language, size in tally.items() if language not in {"und", "mul"}}
    return max(sure, key=lambda language: sure[language]) if sure else "und"


def matching_exchanges(body: Sequence[LabelledBlock], other: Sequence[LabelledBlock]) -> list[int | None]:
    """For each unit of the translation the number of the exchange that it translates.

    Where both have as many exchanges, by number; else by the body's exchange that stands before it in the text, and
    behind the whole body nothing tells.
    """
    ours, theirs = exchange_numbers(body), exchange_numbers(other)
    count = max((n for n in ours if n), default=0)
    if count == max((n for n in theirs if n), default=0):
        return theirs
    if not other or not body or other[0].start > body[-1].start:
        return [None] * len(other)
    numbers: list[int | None] = []
    above, at = None, 0
    for block, number in zip(other, theirs, strict=True):
        while at < len(body) and body[at].block.start < block.block.start:
            above, at = ours[at] or above, at + 1
        numbers.append(above if number else None)
    return numbers


def with_body_names(body: Sequence[LabelledBlock], other: Sequence[LabelledBlock]) -> list[LabelledBlock]:
    """The units of the translation with the body's names of those who speak.

    A label that stands in the body, too, names the same person in both, whoever takes the same turns.
    """
    owners = {block.label.text: block.name for block in body if block.label is not None}
    same = match_speakers(body, other)
    named: list[LabelledBlock] = []
    before: tuple[str | None, str | None] = (None, None)
    for block in other:
        if block.label is not None and block.label.text in owners:
            name = owners[block.label.text]
        elif block.label is None and block.turn and block.name == before[0]:
            name = before[1]  # the turn goes on
        else:
            name = None if block.name is None else same.get(block.name, block.name)
        if block.label is not None:
            before = block.name, name
        named.append(block if name == block.name else msgspec.structs.replace(block, name=name))
    return named


def match_speakers(body: Sequence[LabelledBlock], other: Sequence[LabelledBlock]) -> dict[str, str]:
    """Names of the translation to names of the body: those who take the same turns are the same people.

    Where one has more turns than the other, the only one who asks is the same in both, and so is who answers alone.
    """
    ours = [block.name for block in body if block.label]
    theirs = [block.name for block in other if block.label]
    if len(ours) != len(theirs):
        sides = [(_only_speaker(body, part), _only_speaker(other, part)) for part in ("question", "answer")]
        return {their: our for our, their in sides if our and their}
    tally: dict[str, Counter[str]] = {}
    for our, their in zip(ours, theirs, strict=True):
        if our and their:
            tally.setdefault(their, Counter())[our] += 1
    return {their: found.most_common(1)[0][0] for their, found in tally.items()}


def _only_speaker(placed: Sequence[LabelledBlock], part: str) -> str | None:
    """The one person whose turns are of this part, or None."""
    found = {block.name for block in placed if block.label and block.part == part}
    return found.pop() if len(found) == 1 else None
