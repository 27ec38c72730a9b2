"""Lines that say who is who: `問：記者   答：熊某`, `C = 陈某`, `AF: Ada Fern, IM: Ivo Moss`."""

from collections.abc import Mapping, Sequence

import regex

from pipeline.lexicon.people import is_name
from pipeline.stages.dialogue.blocks import Block
from pipeline.stages.dialogue.label_candidates import PARENTHESISED, LabelCandidate, cue_of, is_name_shaped, label_key

MAX_KEY_LINE_CHARS = 160
KEY_ENTRY = regex.compile(
    r"(?P<key>\p{L}[\p{L}\d.]{0,11})\s?(?P<sign>[=＝:：])\s?(?P<name>[^=＝:：;；\n]{1,60}?)"
    r"(?:\s{2,}|\s?[;；,，/／|｜]\s*|\s*$|(?=\s[\p{L}]{1,3}\s?[=＝:：]))"
)


def speaker_key_in(block: Block) -> dict[str, str] | None:
    """Keys of labels to names, where a unit is nothing but a list of both; None for anything else.

    With a colon each key must be a word for Q or A, or initials of the name; an equals sign says it by itself.
    """
    text = block.text.strip("（）()[]【】 ")
    if len(text) > MAX_KEY_LINE_CHARS or (
        "=" not in text and "＝" not in text and ":" not in text and "：" not in text
    ):
        return None
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        pair = KEY_ENTRY.match(text, at)
        if pair is None or not _stands_for(pair["key"], pair["sign"], pair["name"].strip()):
            return None
        found[label_key(pair["key"])] = PARENTHESISED.sub("", pair["name"]).strip()
        at = pair.end()
        while at < len(text) and text[at].isspace():
            at += 1
    equals = "=" in text or "＝" in text
    return found if len(found) > 1 or (found and equals) else None


def cast_list_name(block: Block, hit: LabelCandidate, hits: Mapping[int, LabelCandidate]) -> str | None:
    """The name behind a word for answers that stands above the first question: `答：Ada Fern（a professor）`."""
    if hit.kind != "answers" or not hit.anonymous or not any(other.kind == "asks" for other in hits.values()):
        return None
    body = block.text[hit.text_start :].strip("*_ ")
    plain = PARENTHESISED.sub("", body).strip()
    if block.ends_sentence or len(body) > MAX_KEY_LINE_CHARS or not plain or not is_name_shaped(plain):
        return None
    named = plain != body or is_name(plain) or (plain.isascii() and " " in plain)
    return plain if named else None


def _stands_for(key: str, sign: str, name: str) -> bool:
    plain = PARENTHESISED.sub("", name).strip()
    if not plain or not is_name_shaped(plain):
        return False
    if sign in "=＝":
        return len(key) <= 4
    said = cue_of(key)
    if said is not None and said.anonymous:
        return True
    initials = "".join(word[0] for word in plain.split())
    return key.isupper() and len(key) <= 4 and key.casefold() == initials.casefold()


def find_speaker_keys(blocks: Sequence[Block], hits: Mapping[int, LabelCandidate]) -> tuple[set[int], dict[str, str]]:
    """Indices of the units that are legends, and what they say."""
    lines: set[int] = set()
    names: dict[str, str] = {}
    first_asked = next((i for i, hit in hits.items() if hit.kind == "asks"), len(blocks))
    for i in range(min(len(blocks), first_asked + 1, 40)):
        found = speaker_key_in(blocks[i])
        if found is not None:
            lines.add(i)
            names |= found
        elif i in hits and i < first_asked and (name := cast_list_name(blocks[i], hits[i], hits)) is not None:
            lines.add(i)
            names[hits[i].key] = name
    return lines, names
