"""What one turn shows of the role of its speaker: whether it asks, how long it is, whether it thanks and says you."""

from collections.abc import Sequence

import msgspec
import regex

from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import LabelCandidate, LabelKind
from pipeline.stages.dialogue.pronouns import SECOND_PERSON

ADDRESS_CHARS = 300
"""Characters of a turn that are read for `you`."""
LATIN_QUESTION_CHARS, CHINESE_QUESTION_CHARS = 120, 60
"""Characters at the end of a turn in which a question mark makes it a question."""
MAX_BRIEF_TURN_CHARS = 120
"""Characters of a turn that may thank anywhere in it."""
MIN_TEXT_AFTER_LABEL = 3
"""Characters after a label below which the turn begins in the next block."""
THANKS_ANYWHERE = regex.compile(r"\b(?:thank you|thanks)\b|谢谢|謝謝|感谢|感謝", regex.IGNORECASE)
THANKS_AT_START = regex.compile(
    r"""
    (?:(?:Well|All\ right|Right|Okay|OK|And|So|Great|Perfect)[,.]?\s)*       # Well, thank you
    (?:\p{Lu}[\p{L}.’'\-]+(?:\s\p{Lu}[\p{L}.’'\-]+){0,2},\s)?                # Ada Fern, thank you
    (?:thank\ you|thanks)\b
  | .{0,6}(?:谢谢|謝謝|感谢|感謝)                                            # 非常感谢
    """,
    regex.IGNORECASE | regex.VERBOSE,
)


class TurnFeatures(msgspec.Struct, frozen=True, gc=False):
    """One labelled turn, as far as roles go. `length` is in Latin letters.

    `speaker` is the name, or the label's key for a speaker without a name; `kind` is what the label's words say.
    """

    speaker: str
    kind: LabelKind | None
    asks: bool
    """It ends in a question."""
    length: int
    from_vocabulary: bool = False
    """The user names the label."""
    thanks: bool = False
    addresses: bool = False
    """It says `you`."""


def turn_features(turn: Sequence[Block], label: LabelCandidate, speaker: str, *, manners: bool) -> TurnFeatures:
    """The features of one turn, whose first block begins with `label`.

    Without `manners`, thanks and `you` are not looked for.
    """
    first = turn[0]
    length = _spoken_length(first.text) + sum(
        _spoken_length(block.text) for block in turn[1:] if not block.level or not block.could_be_heading()
    )
    alone = label.text_start >= len(first.text) - MIN_TEXT_AFTER_LABEL and len(turn) > 1
    text = turn[1].text if alone else first.text[label.text_start :]
    asks = (
        first.asks
        or "?" in text[-LATIN_QUESTION_CHARS:]
        or "？" in text[-CHINESE_QUESTION_CHARS:]
        or (len(turn) > 1 and turn[1].asks)
    )
    return TurnFeatures(
        speaker,
        label.kind,
        asks,
        length,
        label.from_vocabulary,
        thanks=manners and _thanks(text),
        addresses=manners and SECOND_PERSON.search(text[:ADDRESS_CHARS]) is not None,
    )


def _thanks(text: str) -> bool:
    brief = len(text) <= MAX_BRIEF_TURN_CHARS
    return THANKS_AT_START.match(text.lstrip("*_ ")) is not None or (brief and THANKS_ANYWHERE.search(text) is not None)


def _spoken_length(text: str) -> int:
    """How much is said, in Latin letters: a Chinese character counts as two."""
    return len(text) if text.isascii() else (len(text) + len(text.encode("utf-8", "replace"))) // 2
