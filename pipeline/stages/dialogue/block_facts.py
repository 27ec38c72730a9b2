"""What is read of each block once, for all of its candidates."""

from typing import NamedTuple

import regex

from pipeline.stages.dialogue.blocks import CLOSING_CHARS, Block
from pipeline.stages.dialogue.pronouns import ANY_PERSON, CONVERSATION, FIRST_PERSON, SECOND_PERSON

READ_CHARS = 160
"""Characters of a turn that are read for pronouns."""
OPENING_QUOTES = frozenset("\"'“”‘’「」『』«»")
QUESTION_START = regex.compile(
    r"""
    (?: what|how|why|who|when|where|which|do|does|did|is|are|was|can|could|would|will|have|has|should|tell|any )\b
  | [\p{Han}，]{0,12}                                                                        # 您为什么走路
    (?: 什么|什麼|怎么|怎麼|为什么|為什麼|如何|哪|是否|吗|嗎|能否|请问|請問|谈谈|談談|介绍|介紹 )
    """,
    regex.IGNORECASE | regex.VERBOSE,
)


class BlockFacts(NamedTuple):
    """What is read of each block once."""

    chars: int
    asks: int
    holds_question: int
    ended: int
    conversing: int
    first_person: int
    second_person: int
    has_mark: int
    quote: int


def block_facts(block: Block) -> BlockFacts:
    """The facts of one block."""
    text = block.text
    head = text[: READ_CHARS * 2]
    bare = text.rstrip(CLOSING_CHARS)
    speaks = ANY_PERSON.search(head) is not None
    return BlockFacts(
        len(text),
        int(bare.endswith(("?", "？"))),
        int("?" in text or "？" in text),
        int(bare[-1:] in ".。!！?？…"),
        int(speaks and CONVERSATION.search(head) is not None),
        int(speaks and FIRST_PERSON.search(head) is not None),
        int(speaks and SECOND_PERSON.search(head) is not None),
        int(":" in text[:62] or "：" in text[:62]),
        int(text[0] in OPENING_QUOTES),
    )
