"""Remove codes of bulletin boards and blogs: `[b]bold[/b]`, `[url=…]a link[/url]`, `[b:7d20aa31ce]bold[/b:7d20aa31ce]`.

Only known codes in pairs are removed: `[sic]`, `[1]` and `[laughter]` are words of the text.
"""

from collections.abc import Iterator
from functools import cache

import regex

from pipeline.lexicon import lists
from pipeline.stages.markup.rules import BULLETIN_CODE
from pipeline.stages.non_prose.code_marks import Spans, is_inside
from pipeline.text.edits import Edit

ABOUT_CODES = regex.compile(r"\b(?:BB|UBB|bulletin board )[ -]?codes?\b|(?<=UBB|BB|论坛)代码", regex.IGNORECASE)
"""A text about such codes."""
BULLETIN_CODE_CONFIDENCE = 0.93
"""A known code in a pair. It may still be an example in a text about codes."""


PHPBB_ID = r":(?:[a-z\d]{1,2}:)?(?=[a-z]*\d)[\da-z]{5,10}(?=[\]=])"
"""What phpBB 2 and 3.0 stored in both codes of a pair: `[b:7d20aa31ce]`, `[list:o:7d20aa31ce]`."""


@cache
def code_names() -> frozenset[str]:
    """The names of all codes, in lower case."""
    return frozenset(lists.rows(__package__, "bulletin-codes.txt"))


LIST_ITEM = regex.compile(r"\[(?P<close>/?)\*(?P<id>(?::m)?:(?=[a-z]*\d)[\da-z]{5,10})?\]")
"""`[*]`, `[*:7d20aa31ce]`, `[/*:m:7d20aa31ce]`: an item of a list, and its end."""
LIST_NAMES = frozenset({"list", "ul", "ol"})


@cache
def code_pattern() -> regex.Pattern[str]:
    """An opening or a closing code."""
    names = "|".join(sorted(code_names()))
    return regex.compile(
        rf"\[(?P<close>/?)(?P<name>(?i:{names}))(?P<id>{PHPBB_ID})?+(?P<value>(?:=|[ ])[^\[\]\n]{{1,300}})?\]"
    )


def without_bulletin_codes(text: str, code: Spans) -> Iterator[Edit]:
    """Yield an edit for both codes of each pair outside `code`, and for the items of lists."""
    pairs, items = _pairs(text, code), [match for match in LIST_ITEM.finditer(text) if match["id"]]
    if not (pairs or items) or ABOUT_CODES.search(text):
        return
    edits = [Edit(match.start(), match[0], "", BULLETIN_CODE.name, BULLETIN_CODE_CONFIDENCE) for match in pairs]
    for opening, closing in zip(pairs[::2], pairs[1::2], strict=True):
        if opening["name"].lower() in LIST_NAMES:
            items += LIST_ITEM.finditer(text, opening.end(), closing.start())
    edits += [_item_edit(text, item) for item in items if not is_inside(code, item.start())]
    yield from sorted(set(edits), key=lambda edit: edit.start)


def _pairs(text: str, code: Spans) -> list[regex.Match[str]]:
    """The codes in pairs: each opening code is followed by the one that closes it."""
    opened: dict[str, list[regex.Match[str]]] = {}
    pairs: list[regex.Match[str]] = []
    for match in code_pattern().finditer(text):
        name = match["name"].lower()
        if is_inside(code, match.start()):
            continue
        if not match["close"]:
            opened.setdefault(name, []).append(match)
        elif opened.get(name) and not match["value"]:
            pairs += [opened[name].pop(), match]
    return pairs


def _item_edit(text: str, item: regex.Match[str]) -> Edit:
    """The edit for the mark of an item: a line end where the item begins within a line."""
    begins_line = item["close"] or item.start() == 0 or text[item.start() - 1] == "\n" or _follows_opening(text, item)
    return Edit(item.start(), item[0], "" if begins_line else "\n", BULLETIN_CODE.name, BULLETIN_CODE_CONFIDENCE)


def _follows_opening(text: str, item: regex.Match[str]) -> bool:
    """Whether the code that begins a list is right before an item."""
    opening = text.rfind("[", 0, item.start())
    match = code_pattern().match(text, max(0, opening))
    return match is not None and match.end() == item.start() and match["name"].lower() in LIST_NAMES
