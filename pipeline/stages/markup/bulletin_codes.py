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
def code_pattern() -> regex.Pattern[str]:
    """An opening or a closing code."""
    names = "|".join(lists.rows(__package__, "bulletin-codes.txt"))
    return regex.compile(
        rf"(?P<item>\[/?\*{PHPBB_ID}\])"
        rf"|\[(?P<close>/?)(?P<name>(?i:{names}))(?P<id>{PHPBB_ID})?+(?P<value>(?:=|[ ])[^\[\]\n]{{1,300}})?\]"
    )


def without_bulletin_codes(text: str, code: Spans) -> Iterator[Edit]:
    """Yield an edit for both codes of each pair outside `code`."""
    if ABOUT_CODES.search(text):
        return
    opened: dict[str, list[regex.Match[str]]] = {}
    pairs: list[regex.Match[str]] = []
    for match in code_pattern().finditer(text):
        if is_inside(code, match.start()):
            continue
        if match["item"]:
            pairs.append(match)  # No word of a text: the mark of a list's item with its number.
            continue
        name = match["name"].lower()
        if not match["close"]:
            opened.setdefault(name, []).append(match)
        elif opened.get(name) and not match["value"]:
            pairs += [opened[name].pop(), match]
    for match in sorted(pairs, key=lambda match: match.start()):
        yield Edit(match.start(), match[0], "", BULLETIN_CODE.name, BULLETIN_CODE_CONFIDENCE)
