"""Selects the lines of the article: those that the extraction took, and those that it lost between and around them.

Extraction made for prose drops short or emphasised lines: questions in bold, labels, the left column of a table.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import regex

from pipeline.readers.html.alignment import align
from pipeline.readers.html.lines import PageLine

CLOSERS = "\"'”’」』)）]】 "
SPEAKER_LABEL = regex.compile(r"[^\s:：.。?？!！][^:：.。?？!！]{0,40}[:：](?=\s*\S)|[QA问答問][.:：、]")
MIN_PATTERN_LINES = 3
"""Lines of the same sort, between the extracted ones, that count as a pattern of the article."""
CREDIT_LINE = regex.compile(
    r"""
    [(（\[【]?
    (?:
        责任编辑|責任編輯|编辑|編輯|责编|責編    # （责任编辑：陈明）
        |校对|校對|审核|審核|监制|監製           # 校对 周华:
        |翻译|翻譯|摄影|攝影                     # 摄影/李强：
        |撰文|采写|採寫|采访|採訪|作者|记者|記者 # 采写：本报记者
        |策划|策劃                               # 策划：
        |来源|來源                               # 来源：南湾晚报
        |声明|聲明|免责|免責                     # 免责声明：
    )
    [^:：]{0,12}[:：]
    """,
    regex.VERBOSE,
)
PAGER = regex.compile(
    r"""
    (?=.{0,80}$)                                 # a short line
    (?=.*\p{L})                                  # with at least one word
    (?:
        (?:
            [上下前后後][一1]?[页頁篇]           # 上一页, 下1頁, 后一篇
            |[首尾末][页頁]                      # 首页, 尾頁
            |previous|prev|next|page|of          # Page 2 of 5
        )(?!\p{Latin})                           # not "offer"
        |[\d\s|/<>«»‹›→←…,，·()（）\[\]【】:：_-]  # « 1 | 2 | 3 »
    )+
    """,
    regex.VERBOSE | regex.IGNORECASE,
)
"""A line of page navigation: `上一页 1 2 下一页`."""
MIN_MAIN_CELL_LINES, MIN_MAIN_CELL_SHARE = 4, 0.6
"""Lines of a cell, and its share of the text outside links that was taken, from which its table only sets out the page.

What a smaller cell holds may be one of several answers."""
MAX_LINK_CHARS = 80
CREDIT_LINES = 12
"""Number of lines below the article that are searched for credits."""


def extracted_lines_of(lines: Sequence[PageLine], extracted: Sequence[str]) -> list[int]:
    """Returns the indices of the visible lines that make up an extracted text."""
    return [i for i in align([line.text for line in lines], extracted) if not lines[i].context.hidden]


def article_lines(lines: Sequence[PageLine], taken: Sequence[int]) -> list[int]:
    """Returns the indices of the article's lines, from those that the extraction took.

    If it took nothing, these are all lines of the main column.
    """
    extracted_lines = list(taken)
    while extracted_lines and leads_away(lines[extracted_lines[-1]]):
        extracted_lines.pop()
    while extracted_lines and leads_away(lines[extracted_lines[0]]):
        extracted_lines.pop(0)
    if not extracted_lines:
        return [i for i, line in enumerate(lines) if not line.beside]
    chosen = set(extracted_lines) | set(_between(lines, extracted_lines))
    return sorted(i for i in chosen | set(_around(lines, sorted(chosen))) if not PAGER.fullmatch(lines[i].text))


def within_main_cell(lines: Sequence[PageLine], taken: Sequence[int]) -> list[int]:
    """Returns the lines that were taken, without the other cells of a table that only sets out the page.

    In such a table one cell holds nearly all of the text, in several lines. A question in another cell may be that of
    an exchange, so then all cells are kept.
    """
    cells: dict[int, list[int]] = {}
    for i in taken:
        for number in lines[i].context.cells:
            cells.setdefault(number, []).append(i)
    wanted = MIN_MAIN_CELL_SHARE * _letters(lines, taken)
    large = [
        (len(cell), number)
        for number, cell in cells.items()
        if len(cell) >= MIN_MAIN_CELL_LINES and _letters(lines, cell) >= wanted
    ]
    if not large:
        return list(taken)
    number = min(large)[1]
    main = cells[number]
    outside = [i for i in taken if not main[0] <= i <= main[-1]]
    if any(is_question(lines[i].text) and not lines[i].linked for i in outside):
        return list(taken)
    # Short cells of a table within the cell may not have been found in the extraction.
    end = main[-1] + 1
    while end < len(lines) and number in lines[end].context.cells[:-1]:
        end += 1
    rows = {i for i in range(main[0], end) if number in lines[i].context.cells[:-1] and not lines[i].beside}
    return sorted(rows | {i for i in taken if main[0] <= i < end})


def _letters(lines: Sequence[PageLine], indices: Iterable[int]) -> int:
    """Letters outside links."""
    return sum(max(len(lines[i].text) - lines[i].linked, 0) for i in indices)


def leads_away(line: PageLine) -> bool:
    """Whether a line at the top or bottom is a link to another page: `Previous | Next`."""
    return 2 * line.linked > len(line.text) and len(line.text) <= MAX_LINK_CHARS and not line.context.level


def _between(lines: Sequence[PageLine], extracted_lines: Sequence[int]) -> list[int]:
    """Returns lines between the extracted ones that the extraction lost.

    These share a block or table with them, or are captions, questions or lines of a pattern.
    """
    known = set(extracted_lines)
    homes = {lines[i].context.holder for i in extracted_lines}
    tables = {lines[i].context.table for i in extracted_lines} - {0}
    free = [i for i in range(extracted_lines[0], extracted_lines[-1]) if i not in known and not lines[i].beside]
    talk = Counter(lines[i].context.sort for i in free if _stands_out(lines[i]))
    return [
        i
        for i in free
        if (context := lines[i].context).holder in homes
        or context.table in tables
        or context.tag == "figcaption"
        or is_question(lines[i].text)
        or (talk[context.sort] >= MIN_PATTERN_LINES and _stands_out(lines[i]))
    ]


def is_question(text: str) -> bool:
    """Whether a line ends in a question mark, ignoring closing quotes."""
    return text.rstrip(CLOSERS).endswith(("?", "？"))


def _stands_out(line: PageLine) -> bool:
    return (
        line.context.bold
        or line.context.level > 0
        or line.context.tag == "dt"
        or SPEAKER_LABEL.match(line.text) is not None
    )


def _around(lines: Sequence[PageLine], chosen: Sequence[int]) -> list[int]:
    """Returns lines above and below that are in the article's main block, and the credits after it."""
    letters: Counter[int] = Counter()
    for i in chosen:
        letters[lines[i].context.holder] += len(lines[i].text)
    home = max(letters, key=lambda holder: (letters[holder], -holder))
    above = [i for i in range(chosen[0]) if lines[i].context.holder == home and not lines[i].context.level]
    below = [i for i in range(chosen[-1] + 1, len(lines)) if lines[i].context.holder == home]
    last = max([chosen[-1], *below])
    credits_ = [i for i in range(last + 1, min(last + CREDIT_LINES, len(lines))) if CREDIT_LINE.match(lines[i].text)]
    return [i for i in [*above, *below, *credits_] if not lines[i].beside]
