"""Papers, agencies and channels: those of the list, and what is named like one."""

from collections.abc import Iterator
from functools import cache

import regex

from mentions.index import Entry, Hit, Index
from mentions.knowledge import outlet_words, outlets, places
from mentions.rules import LISTED_OUTLET, OUTLET, OUTLET_FORM
from mentions.surroundings import BEFORE, BEHIND, capital_before, capital_behind

IN_TITLE = regex.compile(r"《([^《》\n]{2,14})》")
FUNCTION = "的这那该们和与在是了就也我你他她它您"
GOES_ON = {
    "报": "道告名表酬答",
    "報": "道告名表酬答",
    "社": "会會区區交团團保科群",
    "刊": "登发發",
    "网": "站络络页友",
    "網": "站絡頁友",
}
"""What makes another word of the last character of an outlet's name: 共同社会, 日报道."""


def found(text: str) -> Iterator[Hit]:
    """Every outlet of the list, and every one by its form."""
    for hit in listed().hits(text):
        in_longer_name = text[hit.start].isascii() and capital_before(text, hit.start)
        if not in_longer_name and not _goes_on(text, hit.end):
            yield hit
    yield from _in_english(text)
    if not text.isascii():
        yield from _in_title_marks(text)
        yield from _behind_place(text)
        yield from _in_clause(text)


@cache
def listed() -> Index:
    """The outlets of the list."""
    return Index({form: Entry(OUTLET, value, LISTED_OUTLET.name, 0.95) for form, value in outlets().items()})


def agreed(name: str) -> str:
    """The name of an outlet in one form: that of the list, without an English article."""
    name = name.removeprefix("The ").removeprefix("the ")
    return outlets().get(name, name)


def looks_like_one(name: str) -> bool:
    """Whether a name that the document gives a speaker is that of an outlet."""
    if name in outlets() or name.startswith("The "):
        return True
    if name.isascii() or " " in name:
        return " " in name and name.endswith(outlet_words("latin", "sure", "given"))
    return len(name) > 2 and name.endswith(outlet_words("han", "sure", "local", "title"))


def _in_english(text: str) -> Iterator[Hit]:
    """`the Nanyu Evening News`, and `Nanyu Evening News` where Nanyu is a place of the list."""
    for match in _english().finditer(text):
        start, end = match.span("name")
        first, *_ = match["name"].split(" ")
        if first in outlet_words("latin", "never") or capital_behind(text, end) or not BEHIND.match(text, end):
            continue
        if not BEFORE.match(text, match.start()):
            continue
        yield Hit(start, end, Entry(OUTLET, agreed(match["name"]), OUTLET_FORM.name, 0.8))


@cache
def _english() -> regex.Pattern[str]:
    endings = "|".join(map(regex.escape, outlet_words("latin", "sure")))
    return regex.compile(rf"[Tt]he (?P<name>(?:\p{{Lu}}[\p{{Latin}}’'-]{{1,30}}+ ){{1,3}}(?:{endings}))(?!\p{{Latin}})")


def _in_title_marks(text: str) -> Iterator[Hit]:
    """《南屿周刊》; not 《海报》."""
    endings = outlet_words("han", "sure", "local", "title")
    no_endings = outlet_words("han", "never")
    for match in IN_TITLE.finditer(text):
        name = match[1]
        listed_one = name in outlets()
        if listed_one or (len(name) > 2 and name.endswith(endings) and not name.endswith(no_endings)):
            yield Hit(*match.span(1), Entry(OUTLET, agreed(name), OUTLET_FORM.name, 0.9))


def _behind_place(text: str) -> Iterator[Hit]:
    """厦门晚报: the name of a place in front of such a word."""
    for match in _local().finditer(text):
        for length in (4, 3, 2):
            start = match.start() - length
            if start >= 0 and text[start : match.start()] in places() and not _goes_on(text, match.end()):
                yield Hit(start, match.end(), Entry(OUTLET, text[start : match.end()], OUTLET_FORM.name, 0.85))
                break


@cache
def _local() -> regex.Pattern[str]:
    return regex.compile("|".join(outlet_words("han", "local")))


def _in_clause(text: str) -> Iterator[Hit]:
    """据南屿晚报报道: from the start of a clause to a word for reporting."""
    for match in _clause().finditer(text):
        name = match[1]
        if not name.startswith(outlet_words("han", "never")):
            yield Hit(*match.span(1), Entry(OUTLET, agreed(name), OUTLET_FORM.name, 0.8))


@cache
def _clause() -> regex.Pattern[str]:
    endings = "|".join(outlet_words("han", "local", "sure"))
    return regex.compile(
        rf"(?<=据|據|^|[，。；：“”、（])([\p{{Han}}--[{FUNCTION}据據]]{{2,4}}?(?:{endings}))(?=报道|報導|记者|記者|消息|讯|訊)",
        regex.MULTILINE | regex.VERSION1,
    )


def _goes_on(text: str, end: int) -> bool:
    return text[end : end + 1] in GOES_ON.get(text[end - 1], ()) and end < len(text)
