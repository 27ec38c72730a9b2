"""Byline, credits and notices of an article that is one line, as in dumps of databases.

The functions return stretches of the line, which the stage then reads as lines.
"""

from collections.abc import Iterator

import regex

from pipeline.lexicon.vocabulary import NO_VOCABULARY, Vocabulary
from pipeline.stages.credits.bylines import byline_in
from pipeline.stages.credits.credit_lines import credits_in
from pipeline.text.lines import Line

MIN_ONE_LINE_ARTICLE_CHARS = 600
"""Characters from which a line may be a whole article."""
ONE_LINE_HEAD_CHARS, ONE_LINE_TAIL_CHARS = 300, 900
"""Characters at its ends that may hold byline and credits."""
CHINESE_BYLINE = regex.compile(
    r"""
      (?:^|(?<=\s))
      (?P<byline>[\p{Han}\p{Latin}·]{2,16}?(?:记者|記者|特派员|特派員|通讯员|通訊員)
        \s?[\p{Han}、·\s]{2,30}?(?:报道|報道|报导|報導|电|電))
      (?=[\s“"\p{Lu}]|$)                                                              # 山城晚报记者孙若晴北京报道
    | (?P<byline>\p{Han}{2,8}[讯訊]?[（(](?:记者|記者|通讯员|通訊員)[^（）()。]{2,30}[)）])  # 山城晚报讯（记者 孙若晴）
    """,
    regex.VERBOSE,
)
ENGLISH_BYLINE = regex.compile(
    r"""
    (?<=\s)
    (?P<byline>By(?:\s\p{Lu}[\p{L}.'’\-]+){2,4}                 # By Jane Doe
       (?:,(?:\s\p{Lu}[\p{L}.'’\-]+){1,4})?)                    # , The Outlet
    (?=\s+\p{Han})
    """,
    regex.VERBOSE,
)
CREDIT_START = regex.compile(
    r"(?<=[。！？.!?…”\"’」』）)\s])(?=\p{Han}{1,10}(?:[、/／]\p{Han}{1,6})?\s?[:：︰|｜丨/／])"
)
NOTICE_START = regex.compile(
    r"""
    (?<=[。！？.!?…”"’」』）)\s\p{Han}])
    (?= [（(【]?
        (?: (?:郑重|鄭重|特别|特別|版权|版權|免责|免責|转载|轉載)?(?:声明|聲明|须知|須知)       # 免责声明：
          | 来源 | 來源                                                                # 来源：山城晚报
          | 相关(?:阅读|链接|报道) | 相關(?:閱讀|連結|報道)                                # 相关阅读
          | 延伸(?:阅读|閱讀) | 往期(?:回顾|回顧)                                         # 延伸阅读, 往期回顾
          | 原标题 | 原標題                                                             # 原标题：…
          | 本文仅 | 本文由 )                                                           # 本文仅代表作者观点
        [:：]? )
    """,
    regex.VERBOSE,
)


def byline_at(line: Line, vocabulary: Vocabulary = NO_VOCABULARY) -> Line | None:
    """The byline between the title and the text of an article on one line, or None."""
    for pattern in (CHINESE_BYLINE, ENGLISH_BYLINE):
        for match in pattern.finditer(line.text, 0, ONE_LINE_HEAD_CHARS):
            text = match["byline"]
            if match.start("byline") and byline_in(text, vocabulary) is not None:
                return _piece(line, *match.span("byline"))
    return None


def closing_lines(line: Line, whole: str, vocabulary: Vocabulary = NO_VOCABULARY) -> Iterator[Line]:
    """The credits and notices after the text of an article on one line; `whole` is the text of the document."""
    start = max(0, len(line.text) - ONE_LINE_TAIL_CHARS)
    marks = [match.start() for match in NOTICE_START.finditer(line.text, start)]
    for opening in CREDIT_START.finditer(line.text, start):
        at = opening.start()
        end = next((mark for mark in marks if mark > at), len(line.text))
        credit = _piece(line, at, end)
        found_credits = credits_in(whole, credit.start, credit.end, vocabulary)
        if found_credits and (len(found_credits) > 1 or end < len(line.text)):
            yield credit
            yield from _notices(line, [mark for mark in marks if mark >= end])
            return
    if marks and len(line.text) - marks[0] < ONE_LINE_TAIL_CHARS:
        yield from _notices(line, marks[-1:])


def _notices(line: Line, marks: list[int]) -> Iterator[Line]:
    # Two labels in a row, `声明:免责声明:…`, open one disclaimer.
    kept = [mark for i, mark in enumerate(marks) if i == 0 or mark - marks[i - 1] > len("声明：")]
    for i, mark in enumerate(kept):
        yield _piece(line, mark, kept[i + 1] if i + 1 < len(kept) else len(line.text))


def _piece(line: Line, start: int, end: int) -> Line:
    text = line.text[start:end]
    start += len(text) - len(text.lstrip())
    end -= len(text) - len(text.rstrip())
    return Line(line.start + start, line.start + end, line.text[start:end])
