"""Notices and disclaimers, by how they begin or what they say.

The patterns are in `notices.tsv`: kind, where (`start`: at the start of a paragraph; `within`: anywhere in a short one
near the end), pattern. Phrases that disown an opinion are in `disowned-opinions.txt`.
"""

from functools import cache
from typing import NamedTuple

import regex

from pipeline.lexicon.lists import rows, table

NOTICE_MARKS = r"[\s*_#>\\~•·●※（(\[【「《—–\-]*+"
MAX_NOTICE_READ_CHARS = 200
"""Characters of a paragraph that are read."""
MAX_SHORT_NOTICE_CHARS = 120
"""Characters of a paragraph that may match anywhere; a longer one only mentions a notice."""
MAX_CHARS_BEFORE_OPINION = 40
"""Characters before the words that disown an opinion; a paragraph that says them later is about somebody."""
DISCLAIMER_LABELS = regex.compile(
    rf"""
    {NOTICE_MARKS}
    (?P<first>
        (?:郑重|鄭重|特别|特別|重要|版权|版權|转载|轉載|本站|本网|本網|本刊|本报|本報|平台|作者)?
        (?:声明|聲明|申明)[:：】\]]                                # 郑重声明：
      | (?:[Ss]tatement|STATEMENT)[:：]                          # Statement:
    )?+
    [\s*_]*+
    (?P<second>
        (?:免责|免責)(?:声明|聲明|条款|條款)?[:：】\]]               # 免责声明：
      | (?i:Legal[ ])?(?i:Disclaimers?)[:：]                     # Legal disclaimer:
    )?+
    """,
    regex.VERBOSE,
)
DISCLAIMER_CONTINUATION = regex.compile(
    rf"""
    {NOTICE_MARKS}
    (?: [(（]?(?:\d{{1,2}}|[一二三四五六七八九十]{{1,2}}|[a-z]|[ivx]{{1,4}})[)）、.．]      # （一）, 2., iv)
      | 如[有需若] | 若 | 凡                                                         # 如有侵权，
      | 本站 | 本网 | 本網                                                           # 本站不承担责任
      | 特此 | 此外                                                                 # 特此声明
      | [Nn]othing[ ]in[ ]this                                                     # Nothing in this article
      | The[ ](?:publisher|author|information|content)s?\b                         # The publisher
    )
    """,
    regex.VERBOSE,
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
    patterns = table(__package__, "notices.tsv")
    return tuple(NoticePattern(kind, where == "within", pattern) for kind, where, pattern in patterns)


@cache
def opinion_phrases() -> regex.Pattern[str]:
    """The phrases of `disowned-opinions.txt` as one pattern."""
    return regex.compile("|".join(rows(__package__, "disowned-opinions.txt")))


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
    statement = opinion_phrases().search(text) if len(text) <= 2 * MAX_NOTICE_READ_CHARS else None
    return statement is not None and statement.start() <= MAX_CHARS_BEFORE_OPINION


def continues_disclaimer(text: str) -> bool:
    """Whether a paragraph after one of a disclaimer continues it."""
    return DISCLAIMER_CONTINUATION.match(text) is not None
