"""What stands in the midst of a turn and is nobody's: stage directions, notes in brackets, captions of pictures."""

from functools import cache

import regex

from pipeline.lexicon.lists import rows
from pipeline.stages.dialogue.blocks import Block
from pipeline.text.lines import width

STAGE_DIRECTION = regex.compile(
    r"[（(\[【][^()（）\[\]【】]{1,120}[)）\]】][.。]?"
    r"|[（(\[【](?:[^：:]{0,8}(?:译|譯|编|編|记者|記者)(?:者)?(?:注|註|按)|[^:]{0,24}[Nn]ote)[：:].{1,400}[)）\]】][.。]?"
)
"""A remark in brackets on a line of its own: a stage direction, a translator's or an editor's note."""
SOUND_WORDS = regex.compile(
    r"(?:laughter|laughs|applause|crosstalk|inaudible|pause|music|笑|大笑|掌声|掌聲)[.。]?", regex.IGNORECASE
)
OPENING_BRACKETS = frozenset("（([【")
CAPTION_HINT = regex.compile(
    "[图圖摄攝△▲▼▽↑↓◆■]|照片|视|視|photo|image|pict|illus|caption|screen|fig|credit|courtesy|getty|reuters|/a",
    regex.IGNORECASE,
)
"""What captions hold, for a first look."""
MAX_CAPTION_COLUMNS = 60
"""Columns of a caption that only the picture above shows."""


def is_stage_direction(block: Block) -> bool:
    """Whether a unit is a stage direction or a note: in brackets on a line of its own, or a sound that is quoted."""
    if block.text[0] in OPENING_BRACKETS and STAGE_DIRECTION.fullmatch(block.text):
        return True
    return block.quoted and SOUND_WORDS.fullmatch(block.text.strip("()（）[]")) is not None


@cache
def _caption_pattern() -> "regex.Pattern[str]":
    return regex.compile("|".join(f"(?:{row})" for row in rows(__package__, "captions.txt")), regex.IGNORECASE)


def is_caption(block: Block) -> bool:
    """Whether a unit is the caption of a picture: it stands below one, or its words say so."""
    if len(block.text) > 2 * MAX_CAPTION_COLUMNS:
        return False
    if (
        block.after_picture
        and (block.bold or block.italic or not block.ends_sentence)
        and width(block.text) <= MAX_CAPTION_COLUMNS
        and not block.level
    ):
        return True
    return CAPTION_HINT.search(block.text) is not None and _caption_pattern().fullmatch(block.text) is not None
