"""Asides: text within a turn that is not spoken, such as stage directions, notes in brackets and captions."""

from functools import cache, lru_cache

import regex

from pipeline.lexicon.lists import rows
from pipeline.stages.dialogue.blocks import Block
from pipeline.text.lines import display_width

STAGE_DIRECTION = regex.compile(
    r"""
    [（(\[【][^()（）\[\]【】]{1,120}[)）\]】][.。]?                          # (Laughter.)
  | [（(\[【]
    (?: [^：:]{0,8}(?:译|譯|编|編|记者|記者)(?:者)?(?:注|註|按)              # （译者注：…）
      | [^:]{0,24}[Nn]ote )                                                # [Translator's note: …]
    [：:].{1,400}[)）\]】][.。]?
    """,
    regex.VERBOSE,
)
"""A remark in brackets on a line of its own."""
SOUND_WORDS = regex.compile(
    r"(?:laughter|laughs|applause|crosstalk|inaudible|pause|music|笑|大笑|掌声|掌聲)[.。]?", regex.IGNORECASE
)
OPENING_BRACKETS = frozenset("（([【")
CAPTION_HINT = regex.compile(
    "[图圖摄攝△▲▼▽↑↓◆■]|照片|视|視|photo|image|pict|illus|caption|screen|fig|credit|courtesy|getty|reuters|/a",
    regex.IGNORECASE,
)
"""Characters of which every caption in `captions.txt` has one; a cheap test that most blocks fail."""
MAX_CAPTION_COLUMNS = 60
"""Columns of a caption that only the picture above it shows to be one."""
MAX_CAPTION_CHARS = 120


def is_stage_direction(block: Block) -> bool:
    """Whether a block is a stage direction or a note: in brackets on its own line, or a sound in a quotation."""
    if block.text[0] in OPENING_BRACKETS and STAGE_DIRECTION.fullmatch(block.text):
        return True
    return block.quoted and SOUND_WORDS.fullmatch(block.text.strip("()（）[]")) is not None


@cache
def _caption_pattern() -> "regex.Pattern[str]":
    return regex.compile("|".join(f"(?:{row})" for row in rows(__package__, "captions.txt")), regex.IGNORECASE)


def is_caption(block: Block) -> bool:
    """Whether a block is the caption of a picture: by markup, by its words, or because it is right below one."""
    if block.caption:
        return True
    if len(block.text) > MAX_CAPTION_CHARS:
        return False
    return _is_below_picture(block) or _reads_as_caption(block.text)


@lru_cache(maxsize=1024)
def _reads_as_caption(text: str) -> bool:
    """Whether the words of a short block are those of a caption; several finders ask this of each block."""
    return CAPTION_HINT.search(text) is not None and _caption_pattern().fullmatch(text) is not None


def _is_below_picture(block: Block) -> bool:
    emphasised = block.bold or block.italic
    return (
        block.after_picture
        and (emphasised or not block.ends_sentence)
        and display_width(block.text) <= MAX_CAPTION_COLUMNS
        and not block.level
    )
