"""How somebody speaks in one turn, as far as it tells who leads a talk."""

from collections.abc import Sequence

import regex

from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import LabelCandidate
from pipeline.stages.dialogue.questions import SECOND_PERSON
from pipeline.stages.dialogue.roles import TurnFeatures

FEATURE_CHARS = 300
"""Characters of a turn that are read for who speaks to whom."""
MAX_BRIEF_THANKS_CHARS = 120
"""Characters of a turn that thanks anywhere in it."""
THANKS_ANYWHERE = regex.compile(r"\b(?:thank you|thanks)\b|谢谢|謝謝|感谢|感謝", regex.IGNORECASE)
THANKS_AT_START = regex.compile(
    r"(?:(?:Well|All right|Right|Okay|OK|And|So|Great|Perfect)[,.]?\s)*"
    r"(?:\p{Lu}[\p{L}.’'\-]+(?:\s\p{Lu}[\p{L}.’'\-]+){0,2},\s)?"
    r"(?:thank you|thanks)\b|.{0,6}(?:谢谢|謝謝|感谢|感謝)",
    regex.IGNORECASE,
)


def turn_features(turn: Sequence[Block], label: LabelCandidate, key: str, *, polite: bool) -> TurnFeatures:
    """What one labelled turn of `key` says of who speaks; `polite`: thanks and addresses are looked for as well."""
    first = turn[0]
    length = _spoken_length(first.text)
    for unit in turn[1:]:
        if not unit.level or not unit.could_head():
            length += _spoken_length(unit.text)
    words = first.text
    if label.body >= len(words) - 3 and len(turn) > 1:
        words = turn[1].text
    else:
        words = words[label.body :]
    asks = first.asks or "?" in words[-120:] or "？" in words[-60:] or (len(turn) > 1 and turn[1].asks)
    if not polite:
        return TurnFeatures(key, label.kind, asks, length, label.told)
    thanks = THANKS_AT_START.match(words.lstrip("*_ ")) is not None or (
        len(words) <= MAX_BRIEF_THANKS_CHARS and THANKS_ANYWHERE.search(words) is not None
    )
    return TurnFeatures(
        key, label.kind, asks, length, label.told, thanks, SECOND_PERSON.search(words[:FEATURE_CHARS]) is not None
    )


def _spoken_length(text: str) -> int:
    """How much is said, in letters of Latin script: a Chinese character counts as two, like a quarter of a word."""
    return len(text) if text.isascii() else (len(text) + len(text.encode("utf-8", "replace"))) // 2
