"""What one turn shows of the role of its speaker: its label, its length, its questions, its words, whom it names."""

from collections.abc import Mapping, Sequence

import msgspec

from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.conduct import Conduct, read_conduct
from pipeline.stages.dialogue.label_candidates import LabelCandidate, LabelKind
from pipeline.stages.dialogue.speaker_mentions import (
    MAX_MENTIONED_SPEAKERS,
    NO_FRAME,
    NOT_MENTIONED,
    ArticleFrame,
    Mention,
    mentions_in_frame,
    name_forms,
    named_speakers,
)

LATIN_QUESTION_CHARS, CHINESE_QUESTION_CHARS = 120, 60
"""Characters at the end of a turn in which a question mark makes it a question."""
MIN_TEXT_AFTER_LABEL = 3
"""Characters after a label below which the turn begins in the next block."""

NO_CONDUCT = Conduct()


class TurnFeatures(msgspec.Struct, frozen=True, gc=False):
    """One labelled turn, as far as roles go. `length` is in Latin letters.

    `speaker` is the name, or the label's key for a speaker without a name; `kind` is what the label's words say.
    """

    speaker: str
    kind: LabelKind | None
    asks: bool
    """Its first or its second paragraph ends in a question."""
    length: int
    from_vocabulary: bool = False
    """The user names the label."""
    ends_asking: bool = False
    """Its last paragraph ends in a question mark."""
    question_marks: int = 0
    paragraphs: int = 1
    conduct: Conduct = NO_CONDUCT
    """What its words do."""
    mention: Mention = NOT_MENTIONED
    """Where the speaker is named outside of the turns."""
    addressed: tuple[str, ...] = ()
    """The other speakers that it names."""


class LabelledTurn(msgspec.Struct, frozen=True, gc=False):
    """The blocks of one turn, the label with which the first begins, and the speaker."""

    blocks: Sequence[Block]
    label: LabelCandidate
    speaker: str


def document_turn_features(turns: Sequence[LabelledTurn], frame: ArticleFrame = NO_FRAME) -> list[TurnFeatures]:
    """The features of all turns of a document, in order; `frame` is what is printed around them."""
    speakers = tuple(dict.fromkeys(turn.speaker for turn in turns))
    mentions = mentions_in_frame(speakers, frame)
    few = speakers if len(speakers) <= MAX_MENTIONED_SPEAKERS else ()
    forms = {speaker: name_forms(speaker) for speaker in few}
    return [turn_features(turn, mentions[turn.speaker], forms) for turn in turns]


def turn_features(turn: LabelledTurn, mention: Mention, forms: Mapping[str, Sequence[str]]) -> TurnFeatures:
    """The features of one turn. `forms` are the names of the speakers whom it may address."""
    first, *others = turn.blocks
    spoken = [block for block in others if not block.level or not block.could_be_heading()]
    alone = turn.label.text_start >= len(first.text) - MIN_TEXT_AFTER_LABEL and len(turn.blocks) > 1
    text = turn.blocks[1].text if alone else first.text[turn.label.text_start :]
    asks = (
        first.asks
        or "?" in text[-LATIN_QUESTION_CHARS:]
        or "？" in text[-CHINESE_QUESTION_CHARS:]
        or (len(turn.blocks) > 1 and turn.blocks[1].asks)
    )
    last = spoken[-1] if spoken else first
    whole = text if last is first or (alone and last is turn.blocks[1]) else f"{text}\n{last.text}"
    return TurnFeatures(
        turn.speaker,
        turn.label.kind,
        asks,
        _spoken_length(first.text[turn.label.text_start :]) + sum(_spoken_length(block.text) for block in spoken),
        turn.label.from_vocabulary,
        last.asks,
        sum(block.text.count("?") + block.text.count("？") for block in (first, *spoken)),
        max(len(spoken) + (not alone), 1),
        read_conduct(whole),
        mention,
        named_speakers(whole, turn.speaker, forms),
    )


def _spoken_length(text: str) -> int:
    """How much is said, in Latin letters: a Chinese character counts as two."""
    return len(text) if text.isascii() else (len(text) + len(text.encode("utf-8", "replace"))) // 2
