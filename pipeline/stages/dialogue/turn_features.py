"""How somebody speaks in one turn, as far as it tells who leads a talk."""

from collections.abc import Sequence

import regex

from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import Candidate
from pipeline.stages.dialogue.questions import YOU
from pipeline.stages.dialogue.roles import Said

READ = 300
"""Characters of a turn that are read for who speaks to whom."""
BRIEF = 120
"""Characters of a turn that thanks anywhere in it."""
THANKED = regex.compile(r"\b(?:thank you|thanks)\b|谢谢|謝謝|感谢|感謝", regex.IGNORECASE)
THANKS = regex.compile(
    r"(?:(?:Well|All right|Right|Okay|OK|And|So|Great|Perfect)[,.]?\s)*"
    r"(?:\p{Lu}[\p{L}.’'\-]+(?:\s\p{Lu}[\p{L}.’'\-]+){0,2},\s)?"
    r"(?:thank you|thanks)\b|.{0,6}(?:谢谢|謝謝|感谢|感謝)",
    regex.IGNORECASE,
)


def said(turn: Sequence[Block], label: Candidate, key: str, *, polite: bool) -> Said:
    """What one labelled turn of `key` says of who speaks; `polite`: thanks and addresses are looked for as well."""
    first = turn[0]
    length = _size(first.text)
    for unit in turn[1:]:
        if not unit.level or not unit.could_head():
            length += _size(unit.text)
    words = first.text
    if label.body >= len(words) - 3 and len(turn) > 1:
        words = turn[1].text
    else:
        words = words[label.body :]
    asks = first.asks or "?" in words[-120:] or "？" in words[-60:] or (len(turn) > 1 and turn[1].asks)
    if not polite:
        return Said(key, label.kind, asks, length, label.told)
    thanks = THANKS.match(words.lstrip("*_ ")) is not None or (
        len(words) <= BRIEF and THANKED.search(words) is not None
    )
    return Said(key, label.kind, asks, length, label.told, thanks, YOU.search(words[:READ]) is not None)


def _size(text: str) -> int:
    """How much is said, in letters of Latin script: a Chinese character counts as two, like a quarter of a word."""
    return len(text) if text.isascii() else (len(text) + len(text.encode("utf-8", "replace"))) // 2
