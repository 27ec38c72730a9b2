"""Datelines, the bylines that open a paragraph: `（新华社北京3月5日电 记者X）`, `某报讯（记者 X）`.

English datelines are in `english_datelines`.
"""

from functools import cache
from typing import NamedTuple

import regex

from pipeline.lexicon.gazetteer import place_end
from pipeline.lexicon.lists import rows
from pipeline.lexicon.vocabulary import NO_PHRASES, NO_VOCABULARY, PhraseSet, Vocabulary
from pipeline.stages.credits.byline_parts import SPACES, BylineMatch, BylinePart, sorted_parts, strip_span
from pipeline.stages.credits.english_datelines import english_dateline_in
from pipeline.stages.credits.reporters import names_and_place, outlet_before, reporter_word, reporters_in

MAX_DATELINE_CHARS = 120
"""Characters of a paragraph that are read."""
DATELINE_CHARS = frozenset("者员員电電")
"""Every dateline has one of these characters."""
OWN_MEDIUM, OWN_PAPER = "本", "本报"
"""The paper itself, which names no outlet."""
WIRE_CONFIDENCE = 0.95
"""A known agency, a date and 电 in one fixed form."""
BRACKET_CONFIDENCE = 0.93
"""The outlet is known by its form only."""


class DatelinePatterns(NamedTuple):
    """What opens a paragraph; the names of outlets are part of the patterns."""

    wire: "regex.Pattern[str]"
    """An agency, its reporter or a place, a date, and 电."""
    bracket: "regex.Pattern[str]"
    """An outlet, and its reporters in brackets."""


def dateline_patterns(vocabulary: Vocabulary) -> DatelinePatterns:
    """The patterns with the known agencies and the outlets of the user's."""
    known = sorted((outlet.strip() for outlet in vocabulary.outlets if outlet.strip()), key=len, reverse=True)
    outlets = "".join(f"{regex.escape(outlet)}|" for outlet in known)
    agencies = outlets + "|".join(rows(__package__, "agencies.txt"))
    wire = regex.compile(
        rf"""
        [\s*_]*+ (?P<open>[（(【\[])?
        (?P<outlet>{agencies}|本[报報网網刊台臺]) (?P<reporter>记者|記者)?              # 新华社, 新华社记者, 本报
        (?P<middle>\p{{Han}}{{2,14}}?)                                           # 北京, or the reporter: 王明
        (?P<date>(?:\d{{4}}年)?(?:\d{{1,2}}月)?\d{{1,2}}日) (?:[综綜]合)?(?:[电電讯訊]|消息)\s*+    # 3月5日电
        (?:[（(]?(?P<by>(?:记者|記者)[\s:：/／]?[^（）()。！？]{{2,30}})[）)])?+        # （记者王明）
        (?:\s*+[题題][:：])?+                                                     # 题：
        (?(open)[）)】\]]?)
        """,
        regex.VERBOSE,
    )
    bracket = regex.compile(
        rf"""
        [\s*_]*+
        (?: [【\[](?P<outlet>{outlets}[\p{{Han}}\p{{Latin}}·]{{2,12}})[】\]]         # 【山城晚报】
          | (?P<outlet>{outlets}[\p{{Han}}]{{2,8}}?)(?:[讯訊]|消息)                 # 山城晚报讯
        )?
        [\s*_]*+ [（(]\s*+
        (?P<by> (?:{outlets}[^（）()。！？\n]{{0,12}}?)                            # the outlet is here: 山城晚报
                (?:记者|記者|通讯员|通訊員)[\s:：/／|]*+[^（）()。！？\n]{{2,40}} )      # 记者 孙若晴
        [）)]
        """,
        regex.VERBOSE,
    )
    return DatelinePatterns(wire, bracket)


@cache
def default_patterns() -> DatelinePatterns:
    """The patterns for a user without outlets."""
    return dateline_patterns(NO_VOCABULARY)


def dateline_in(text: str, vocabulary: Vocabulary = NO_VOCABULARY) -> BylineMatch | None:
    """The byline that opens a paragraph, or None; what follows it stays outside.

    >>> line = "山城晚报讯（记者 孙若晴）4月7日"
    >>> found = dateline_in(line); line[found.start : found.end]
    '山城晚报讯（记者 孙若晴）'
    """
    if not DATELINE_CHARS.intersection(text[:MAX_DATELINE_CHARS]):
        return english_dateline_in(text)
    people, media = (vocabulary.people, vocabulary.media) if vocabulary else (NO_PHRASES, NO_PHRASES)
    patterns = vocabulary.derived(dateline_patterns) if media else default_patterns()
    wire = patterns.wire.match(text, 0, MAX_DATELINE_CHARS)
    if wire:
        return _wire_dateline(text, wire, people)
    bracket = patterns.bracket.match(text, 0, MAX_DATELINE_CHARS)
    return _bracket_dateline(text, bracket, people, media) if bracket else None


def _wire_dateline(text: str, match: "regex.Match[str]", people: PhraseSet) -> BylineMatch | None:
    """`（新华社北京3月5日电 记者X）`: agency, reporter or place, date, and perhaps a reporter in brackets."""
    parts = [BylinePart("date", *match.span("date"))]
    if not match["outlet"].startswith(OWN_MEDIUM):
        parts.append(BylinePart("outlet", *match.span("outlet")))
    first, last = match.span("middle")
    if match["reporter"]:
        middle = names_and_place(text, first, last, people, before_report=True)
        if middle is None:
            return None
        parts += middle[0]
    elif place_end(text[first:last]):
        parts.append(BylinePart("place", first, last))
    else:
        return None
    if match["by"]:
        reporters = reporters_in(text, *match.span("by"), people)
        if reporters is None:
            return None
        parts += reporters[0]
    start = match.start("open") if match["open"] else match.start("outlet")
    return BylineMatch(start, strip_span(text, start, match.end())[1], sorted_parts(parts), WIRE_CONFIDENCE)


def _bracket_dateline(text: str, match: "regex.Match[str]", people: PhraseSet, media: PhraseSet) -> BylineMatch | None:
    """`某报讯（记者 X）`: an outlet before the brackets or in them, and reporters."""
    named_before = match["outlet"] and match["outlet"] != OWN_PAPER
    parts = [BylinePart("outlet", *match.span("outlet"))] if named_before else []
    word = reporter_word(text, *match.span("by"), media)
    if word is None:
        return None
    if word.start() > match.start("by"):
        outlet = outlet_before(text, match.start("by"), word.start(), media)
        if outlet is None or parts:
            return None
        parts.append(BylinePart("outlet", *outlet))
    reporters = reporters_in(text, word.start(), match.end("by"), people)
    opens_text = text[: match.start("by")].strip(" *_（(") == ""
    if reporters is None or not (parts or match["outlet"] or opens_text):
        return None
    start = next(i for i in range(len(text)) if text[i] not in f"{SPACES}*_\n")
    return BylineMatch(start, match.end(), sorted_parts([*parts, *reporters[0]]), BRACKET_CONFIDENCE)
