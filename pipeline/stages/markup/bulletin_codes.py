"""Codes of bulletin boards and blogs, for the repair `markup`: `[b]bold[/b]`, `[url=…]a link[/url]`, `[caption …]`.

Only known ones, and only in pairs: `[sic]`, `[1]` and `[laughter]` are words of the text.
"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import regex

from pipeline.model.stage import Rule
from pipeline.stages.markup.code_spans import inside
from pipeline.text.edits import Edit

CODE = Rule(
    "markup.bulletin-code",
    "a code of a bulletin board or a blog, in a pair",
    acts=("a [b]bold[/b] claim", "[url=http://x.org]a link[/url]", '[caption id="a"]A boat.[/caption]'),
    spares=("[sic] and [1] and [laughter]", "a[i] + b[i]", "[b] alone", "`[b]x[/b]`"),
)

ABOUT = regex.compile(r"\b(?:BB|UBB|bulletin board )[ -]?codes?\b|(?<=UBB|BB|论坛)代码", regex.IGNORECASE)
"""A text about such codes."""


@cache
def codes() -> regex.Pattern[str]:
    """An opening or a closing code."""
    text = files("pipeline.stages.markup").joinpath("bulletin-codes.txt").read_text(encoding="utf-8")
    names = "|".join(line for line in text.splitlines() if line and not line.startswith("#"))
    return regex.compile(rf"\[(?P<close>/?)(?P<name>(?i:{names}))(?P<given>(?:=|[ ])[^\[\]\n]{{1,300}})?\]")


def uncoded(text: str, spans: list[tuple[int, int]]) -> Iterator[Edit]:
    """Both codes of each pair; `spans` are those of code."""
    if ABOUT.search(text):
        return
    waiting: dict[str, list[regex.Match[str]]] = {}
    pairs: list[regex.Match[str]] = []
    for match in codes().finditer(text):
        name = match["name"].lower()
        if inside(spans, match.start()):
            continue
        if not match["close"]:
            waiting.setdefault(name, []).append(match)
        elif waiting.get(name) and not match["given"]:
            pairs += [waiting[name].pop(), match]
    for match in sorted(pairs, key=lambda match: match.start()):
        yield Edit(match.start(), match[0], "", CODE.name, 0.93)
