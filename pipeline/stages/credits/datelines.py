"""Reads the byline that opens a paragraph: `（新华社北京3月5日电 记者X）`, `某报讯（记者 X）`.

Used by the finder `credits`.
"""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import regex

from pipeline.lexicon.gazetteer import place_end
from pipeline.lexicon.vocabulary import NO_PHRASES, NO_VOCABULARY, Vocabulary
from pipeline.stages.credits.byline_parts import BylineMatch, BylinePart, sorted_parts, strip_span
from pipeline.stages.credits.reporters import names_and_place, outlet_before, reporter_word, reporters_in

MAX_DATELINE_CHARS = 120
"""Characters of a paragraph that are read."""
DATELINE_CHARS = frozenset("者员員电電")
"""Characters without which no dateline is one."""


class DatelinePatterns(NamedTuple):
    """What opens a paragraph; the names of outlets stand in the patterns."""

    wire: regex.Pattern[str]
    """An agency, its reporter or its place, a date, and 电."""
    bracket: regex.Pattern[str]
    """An outlet, and its reporters in brackets."""


def dateline_patterns(vocabulary: Vocabulary) -> DatelinePatterns:
    """The patterns with the agencies that are known, and the outlets of the user\'s."""
    rows = (files(__package__) / "agencies.txt").read_text("utf-8").splitlines()
    told = sorted((outlet.strip() for outlet in vocabulary.outlets if outlet.strip()), key=len, reverse=True)
    outlets = "".join(f"{regex.escape(outlet)}|" for outlet in told)
    agencies = outlets + "|".join(row for row in rows if row and not row.startswith("#"))
    wire = regex.compile(
        rf"[\s*_]*+(?P<open>[（(【\[])?(?P<outlet>{agencies})(?P<reporter>记者|記者)?(?P<middle>\p{{Han}}{{2,14}}?)"
        r"(?P<date>(?:\d{4}年)?(?:\d{1,2}月)?\d{1,2}日)(?:[综綜]合)?[电電]\s*+"
        r"(?:[（(]?(?P<by>(?:记者|記者)[\s:：/／]?[^（）()。！？]{2,30})[）)])?+(?(open)[）)】\]]?)"
    )
    bracket = regex.compile(
        rf"[\s*_]*+(?:[【\[](?P<outlet>{outlets}[\p{{Han}}\p{{Latin}}·]{{2,12}})[】\]]"
        rf"|(?P<outlet>{outlets}[\p{{Han}}]{{2,8}}?)(?:[讯訊]|消息))?[\s*_]*+"
        rf"[（(][\s]*+(?P<by>(?:{outlets}[^（）()。！？\n]{{0,12}}?)(?:记者|記者|通讯员|通訊員)"
        r"[\s:：/／|]*+[^（）()。！？\n]{2,40})[）)]"
    )
    return DatelinePatterns(wire, bracket)


@cache
def default_patterns() -> DatelinePatterns:
    """The patterns where the user names no outlet."""
    return dateline_patterns(NO_VOCABULARY)


def dateline_in(text: str, vocabulary: Vocabulary = NO_VOCABULARY) -> BylineMatch | None:
    """The byline that opens a paragraph; what follows it stays outside.

    >>> line = "山城晚报讯（记者 孙若晴）4月7日"
    >>> found = dateline_in(line); line[found.start : found.end]
    '山城晚报讯（记者 孙若晴）'
    """
    if not DATELINE_CHARS.intersection(text[:MAX_DATELINE_CHARS]):
        return None
    people, media = (vocabulary.people, vocabulary.media) if vocabulary else (NO_PHRASES, NO_PHRASES)
    wire, in_brackets = vocabulary.derived(dateline_patterns) if media else default_patterns()
    sent = wire.match(text, 0, MAX_DATELINE_CHARS)
    if sent:
        parts = [BylinePart("outlet", *sent.span("outlet")), BylinePart("date", *sent.span("date"))]
        first, last = sent.span("middle")
        if sent["reporter"]:
            split = names_and_place(text, first, last, people, near=True)
            if split is None:
                return None
            parts += split[0]
        elif place_end(text[first:last]):
            parts.append(BylinePart("place", first, last))
        else:
            return None
        if sent["by"]:
            by = reporters_in(text, *sent.span("by"), people)
            if by is None:
                return None
            parts += by[0]
        start = sent.start("open") if sent["open"] else sent.start("outlet")
        return BylineMatch(start, strip_span(text, start, sent.end())[1], sorted_parts(parts), 0.95)
    bracket = in_brackets.match(text, 0, MAX_DATELINE_CHARS)
    if bracket is None:
        return None
    parts = [BylinePart("outlet", *bracket.span("outlet"))] if bracket["outlet"] and bracket["outlet"] != "本报" else []
    opening = reporter_word(text, *bracket.span("by"), media)
    if opening is None:
        return None
    if opening.start() > bracket.start("by"):
        outlet = outlet_before(text, bracket.start("by"), opening.start(), media)
        if outlet is None or parts:
            return None
        parts.append(BylinePart("outlet", *outlet))
    by = reporters_in(text, opening.start(), bracket.end("by"), people)
    if by is None or not (parts or bracket["outlet"] or text[: bracket.start("by")].strip(" *_（(") == ""):
        return None
    start = next(i for i in range(len(text)) if text[i] not in " \t*_\u3000\n")
    return BylineMatch(start, bracket.end(), sorted_parts([*parts, *by[0]]), 0.93)
