"""Notices and disclaimers, by how they begin or what they say.

The patterns are in `notices.tsv`: kind, where (`start`: at the start of a paragraph; `within`: anywhere in a short one
near the end), pattern.
"""

from functools import cache
from typing import NamedTuple

import regex

from pipeline.lexicon.lists import table

NOTICE_MARKS = r"[\s*_#>\\~•·●※（(\[【「《—–\-]*+"
MAX_NOTICE_READ_CHARS = 200
"""Characters of a paragraph that are read."""
MAX_SHORT_NOTICE_CHARS = 120
"""Characters of a paragraph that may match anywhere; a longer one only mentions a notice."""
MAX_CHARS_BEFORE_OPINION = 40
"""Characters before the words that disown an opinion; a paragraph that says them later is about somebody."""
DISCLAIMER_LABELS = regex.compile(
    NOTICE_MARKS
    + r"(?P<first>(?:(?:郑重|鄭重|特别|特別|重要|版权|版權|转载|轉載|本站|本网|本網|本刊|本报|本報|平台|作者)?"
    r"(?:声明|聲明|申明)[:：】\]]|(?:[Ss]tatement|STATEMENT)[:：]))?+[\s*_]*+"
    r"(?P<second>(?:免责|免責)(?:声明|聲明|条款|條款)?[:：】\]]|(?i:Legal )?(?i:Disclaimers?)[:：])?+"
)
OPINIONS = regex.compile(
    r"(?:不|并不|並不|未必|不必然|不一定)代表.{0,24}(?:立场|立場|观点|觀點|意见|意見)"
    r"|[仅僅只]代表(?:作者|受访者|受訪者|嘉宾|嘉賓|发言者|發言者|讲者|講者|个人|個人).{0,6}"
    r"(?:立场|立場|观点|觀點|意见|意見|看法)"
    r"|(?i:(?:views|opinions)\b.{0,80}\b(?:do not|does not|don['’]t|not necessarily)\b.{0,24}"
    r"\b(?:represent|reflect|state))"
    r"|(?i:(?:views|opinions)\b.{0,60}\bare (?:those of|solely|the (?:author|speaker|interviewee)))"
    r"|(?i:not (?:constitute|intended as|a substitute for) (?:\w+ ){0,2}advice)"
    r"|(?i:general information and not \w+ advice|(?:in )?rough[- ]draft form|forward-looking statements)"
    r"|(?i:(?:transcript|text)\b.{0,60}\b(?:may (?:not|contain)|is (?:uncorrected|not)|uncorrected|verbatim))"
    r"|(?i:uncorrected transcript|not be (?:a |in )?(?:totally )?(?:verbatim|final form))"
    r"|(?:[仅僅][供作].{0,12}(?:参考|參考|衛教|卫教)|不能取代|不构成.{0,12}建议|不構成.{0,12}建議)"
)
DISCLAIMER_CONTINUATION = regex.compile(
    NOTICE_MARKS
    + r"(?:[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,2}|[a-z]|[ivx]{1,4})[)）、.．]|如[有需若]|若|凡|本站|本网|本網"
    r"|特此|此外|[Nn]othing in this|The (?:publisher|author|information|content)s?\b)"
)
"""The beginning of a further paragraph of a disclaimer."""


class NoticePattern(NamedTuple):
    """One row of `notices.tsv`."""

    kind: str
    anywhere: bool
    source: str

    @property
    def regex(self) -> str:
        """The pattern with the marks that may precede it."""
        return self.source if self.anywhere else NOTICE_MARKS + f"(?:{self.source})"


@cache
def notice_patterns() -> tuple[NoticePattern, ...]:
    """The rows of `notices.tsv`."""
    rows = table(__package__, "notices.tsv")
    return tuple(NoticePattern(kind, where == "within", pattern) for kind, where, pattern in rows)


@cache
def _any_of(*, anywhere: bool, ascii_only: bool) -> regex.Pattern[str]:
    """All patterns for one position as one, because most paragraphs match none; for ASCII text the English ones."""
    sources = [
        row.source for row in notice_patterns() if row.anywhere == anywhere and (not ascii_only or _english(row.source))
    ]
    union = "|".join(sources)
    return regex.compile(union if anywhere else NOTICE_MARKS + f"(?:{union})")


def _english(pattern: str) -> bool:
    return regex.search(r"[A-Za-z]{4}", pattern) is not None


def kind_of(text: str, *, anywhere: bool) -> str | None:
    """The kind of notice that a paragraph is, or None. `anywhere`: it is near the end, so it may match anywhere.

    >>> kind_of("来源：清渡国际新闻网", anywhere=True), kind_of("© 2024 Lantern Weekly", anywhere=True)
    ('source', 'copyright')
    >>> kind_of("The source of the river is a spring.", anywhere=True)
    """
    ascii_only = text.isascii()
    short = anywhere and len(text) <= MAX_SHORT_NOTICE_CHARS
    if not _any_of(anywhere=False, ascii_only=ascii_only).match(text, 0, MAX_NOTICE_READ_CHARS) and not (
        short and _any_of(anywhere=True, ascii_only=ascii_only).search(text)
    ):
        return None
    for row in notice_patterns():
        if (
            (short and regex.search(row.regex, text))
            if row.anywhere
            else regex.match(row.regex, text[:MAX_NOTICE_READ_CHARS])
        ):
            return row.kind
    return None


def disclaimer_at(text: str) -> tuple[int, int, int] | None:
    """The span of the first label of a disclaimer and the offset at which its text starts, or None.

    Of two labels, `声明:免责声明:此文…`, the second is part of the text.

    >>> disclaimer_at("声明:免责声明:此文"), disclaimer_at("Disclaimer: The views"), disclaimer_at("声明说：不")
    ((0, 2, 3), (0, 10, 12), None)
    """
    match = DISCLAIMER_LABELS.match(text, 0, MAX_NOTICE_READ_CHARS)
    if match is None or (match["first"] is None and match["second"] is None):
        return None
    start, end = match.span("first" if match["first"] is not None else "second")
    text_start = end
    while text_start < len(text) and (text[text_start].isspace() or text[text_start] in "*_"):
        text_start += 1
    return (start, end - 1, text_start) if text_start < len(text) else None


def disowns_opinions(text: str) -> bool:
    """Whether a paragraph says, near its beginning, that opinions are not the publisher's."""
    statement = OPINIONS.search(text) if len(text) <= 2 * MAX_NOTICE_READ_CHARS else None
    return statement is not None and statement.start() <= MAX_CHARS_BEFORE_OPINION


def continues_disclaimer(text: str) -> bool:
    """Whether a paragraph after one of a disclaimer continues it."""
    return DISCLAIMER_CONTINUATION.match(text) is not None
