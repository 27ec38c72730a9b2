"""Speaker keys: lines that say who is who, as `問：記者   答：熊某`, `C = 陈某`, `AF: Ada Fern, IM: Ivo Moss`."""

from collections.abc import Mapping, Sequence

import regex

from pipeline.lexicon.people import is_name
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import (
    PARENTHESISED,
    LabelCandidate,
    cue_of,
    is_name_shaped,
    label_key,
)

MAX_KEY_LINE_CHARS = 160
MAX_INITIALS_CHARS = 4
MAX_HAN_KEY_CHARS = 2
"""Characters of a Chinese key, the family name of a person: `熊：熊某`."""
MAX_KEY_NAME_CHARS = 40
"""Characters of what stands beside Q in a run of keys: `問：《山城晚報》記者`."""
MAX_KEY_SEARCH_BLOCKS = 40
"""Blocks at the top among which speaker keys are looked for."""
KEY_ENTRY = regex.compile(
    r"""
    (?P<key>\p{L}[\p{L}\d.]{0,11})\s?(?P<sign>[=＝:：])\s?(?P<name>[^=＝:：;；\n]{1,60}?)   # AF: Ada Fern
    (?: [,，][ ]?[\p{L} ]{2,40}(?=\s*(?:\n|$))  # AF = Ada Fern, interviewer
      | \s{2,}                                # 問：記者   答：熊某
      | \s?[;；,，/／|｜]\s*                   # AF: Ada Fern, IM: Ivo Moss
      | \s*(?:\n|$)
      | (?=\s[\p{L}]{1,3}\s?[=＝:：]) )        # AF: Ada Fern IM: Ivo Moss
    """,
    regex.VERBOSE,
)

KEY_LINE = regex.compile(rf"(?P<key>\p{{L}}{{1,4}})\s?[:：]\s?(?P<name>[^:：。？！?!\n]{{1,{MAX_KEY_NAME_CHARS}}})")


def speaker_key_in(block: Block) -> dict[str, str] | None:
    """Keys of labels to names, if a block consists of nothing else; otherwise None.

    With a colon each key must be a word such as Q, or initials of the name; an equals sign needs no further sign.
    """
    text = block.text.strip("（()）[]【】 ")
    if len(text) > MAX_KEY_LINE_CHARS or not any(map(text.__contains__, "=＝:：")):
        return None
    names: dict[str, str] = {}
    at = 0
    while at < len(text):
        entry = KEY_ENTRY.match(text, at)
        if entry is None or not _stands_for(entry["key"], entry["sign"], entry["name"].strip()):
            return None
        names[label_key(entry["key"])] = PARENTHESISED.sub("", entry["name"]).strip()
        at = entry.end()
        while at < len(text) and text[at].isspace():
            at += 1
    has_equals_sign = "=" in text or "＝" in text
    return names if len(names) > 1 or (names and has_equals_sign) else None


def _stands_for(key: str, sign: str, name: str) -> bool:
    """Whether a key can be an abbreviation of a name."""
    plain = PARENTHESISED.sub("", name).strip()
    if not plain or not is_name_shaped(plain):
        return False
    if sign in "=＝":
        return len(key) <= MAX_INITIALS_CHARS
    cue = cue_of(key)
    if cue is not None and cue.anonymous:
        return True
    if not key.isascii():
        return len(key) <= MAX_HAN_KEY_CHARS and plain.startswith(key) and len(plain) > len(key)
    initials = "".join(word[0] for word in plain.split())
    return key.isupper() and len(key) <= MAX_INITIALS_CHARS and key.casefold() == initials.casefold()


def cast_list_name(block: Block, candidate: LabelCandidate, candidates: Mapping[int, LabelCandidate]) -> str | None:
    """The name after a word for answers in a line such as `答：Ada Fern（a professor）`, if there are questions."""
    if candidate.kind != "answers" or not candidate.anonymous:
        return None
    if not any(other.kind == "asks" for other in candidates.values()):
        return None
    text = block.text[candidate.text_start :].strip("*_ ")
    plain = PARENTHESISED.sub("", text).strip()
    if block.ends_sentence or len(text) > MAX_KEY_LINE_CHARS or not plain or not is_name_shaped(plain):
        return None
    is_person = plain != text or is_name(plain) or (plain.isascii() and " " in plain)
    return plain if is_person else None


def _key_run(blocks: Sequence[Block], first: int) -> dict[str, str]:
    """The names by key of lines with a key each, `問：《山城晚報》記者`, `熊：熊某`; empty if none is of a name."""
    names: dict[str, str] = {}
    sure = False
    for block in blocks[first : first + MAX_KEY_SEARCH_BLOCKS]:
        entry = KEY_LINE.fullmatch(block.text) if len(block.text) <= MAX_KEY_LINE_CHARS else None
        if entry is None or block.asks or block.ends_sentence:
            break
        key, name = label_key(entry["key"]), entry["name"].strip()
        cue = cue_of(entry["key"])
        stands = _stands_for(entry["key"], ":", name) and not (cue is not None and cue.anonymous)
        if key in names or not (stands or (cue is not None and cue.anonymous)):
            break
        sure = sure or stands
        names[key] = PARENTHESISED.sub("", name).strip()
    return names if sure else {}


def find_speaker_keys(
    blocks: Sequence[Block], candidates: Mapping[int, LabelCandidate]
) -> tuple[set[int], dict[str, str]]:
    """Indices of the blocks that are speaker keys, and the names that they give for keys of labels."""
    lines: set[int] = set()
    names: dict[str, str] = {}
    first_question = next((i for i, candidate in candidates.items() if candidate.kind == "asks"), len(blocks))
    for i in range(min(len(blocks), MAX_KEY_SEARCH_BLOCKS)):
        if i > first_question and i - 1 not in lines:
            break
        names_by_key = speaker_key_in(blocks[i])
        run = _key_run(blocks, i) if names_by_key is None else {}
        if names_by_key is not None:
            lines.add(i)
            names |= names_by_key
        elif len(run) > 1:
            lines |= set(range(i, i + len(run)))
            names |= run
        elif i < first_question and i in candidates:
            name = cast_list_name(blocks[i], candidates[i], candidates)
            if name is not None:
                lines.add(i)
                names[candidates[i].key] = name
    return lines, names
