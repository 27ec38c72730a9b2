"""Reads the byline that opens a paragraph: `（新华社北京3月5日电 记者X）`, `某报讯（记者 X）`.

Used by the finder `credits`.
"""

from functools import cache
from importlib.resources import files

import regex

from pipeline.lexicon.gazetteer import place_at
from pipeline.stages.credits.byline_parts import Byline, Part, in_order, stripped
from pipeline.stages.credits.reporters import NO_OUTLET, OUTLET, REPORTER, names_and_place, reporters_in

READ = 120
"""Characters of a paragraph that are read."""
SIGNS = frozenset("者员員电電")
"""Characters without which no dateline is one."""
BRACKET = regex.compile(
    r"[\s*_]*+(?:[【\[](?P<outlet>[\p{Han}\p{Latin}·]{2,12})[】\]]|(?P<outlet>[\p{Han}]{2,8}?)(?:[讯訊]|消息))?[\s*_]*+"
    r"[（(][\s]*+(?P<by>[^（）()。！？\n]{0,12}?(?:记者|記者|通讯员|通訊員)[\s:：/／|]*+[^（）()。！？\n]{2,40})[）)]"
)
"""An outlet, and its reporters in brackets."""


@cache
def wire() -> regex.Pattern[str]:
    """An agency, its reporter or its place, a date, and 电."""
    text = (files(__package__) / "agencies.txt").read_text("utf-8")
    agencies = "|".join(row for row in text.splitlines() if row and not row.startswith("#"))
    return regex.compile(
        rf"[\s*_]*+(?P<open>[（(【\[])?(?P<outlet>{agencies})(?P<reporter>记者|記者)?(?P<middle>\p{{Han}}{{2,14}}?)"
        r"(?P<date>(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日)(?:[综綜]合)?[电電]\s*+"
        r"(?:[（(]?(?P<by>(?:记者|記者)[\s:：/／]?[^（）()。！？]{2,30})[）)])?+(?(open)[）)】\]]?)"
    )


def dateline_in(text: str) -> Byline | None:
    """The byline that opens a paragraph; what follows it stays outside.

    >>> line = "山城晚报讯（记者 孙若晴）4月7日"
    >>> found = dateline_in(line); line[found.start : found.end]
    '山城晚报讯（记者 孙若晴）'
    """
    if not SIGNS.intersection(text[:READ]):
        return None
    sent = wire().match(text, 0, READ)
    if sent:
        parts = [Part("outlet", *sent.span("outlet")), Part("date", *sent.span("date"))]
        first, last = sent.span("middle")
        if sent["reporter"]:
            split = names_and_place(text, first, last, near=True)
            if split is None:
                return None
            parts += split[0]
        elif place_at(text[first:last]):
            parts.append(Part("place", first, last))
        else:
            return None
        if sent["by"]:
            by = reporters_in(text, *sent.span("by"))
            if by is None:
                return None
            parts += by[0]
        start = sent.start("open") if sent["open"] else sent.start("outlet")
        return Byline(start, stripped(text, start, sent.end())[1], in_order(parts), 0.95)
    bracket = BRACKET.match(text, 0, READ)
    if bracket is None:
        return None
    parts = [Part("outlet", *bracket.span("outlet"))] if bracket["outlet"] and bracket["outlet"] != "本报" else []
    opening = REPORTER.search(text, *bracket.span("by"))
    if opening is None:
        return None
    if opening.start() > bracket.start("by"):
        outlet = OUTLET.fullmatch(text, bracket.start("by"), opening.start())
        if outlet is None or NO_OUTLET.search(outlet["outlet"]) or parts:
            return None
        parts.append(Part("outlet", *outlet.span("outlet")))
    by = reporters_in(text, opening.start(), bracket.end("by"))
    if by is None or not (parts or bracket["outlet"] or text[: bracket.start("by")].strip(" *_（(") == ""):
        return None
    start = next(i for i in range(len(text)) if text[i] not in " \t*_\u3000\n")
    return Byline(start, bracket.end(), in_order([*parts, *by[0]]), 0.93)
