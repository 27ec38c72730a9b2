"""Finds the title and the byline that a page shows above the article."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from typing import NamedTuple

import regex

from pipeline.lexicon import lists
from pipeline.model.evidence import EvidenceKind
from pipeline.readers.html.content import SPEAKER_LABEL
from pipeline.readers.html.line_features import cue_phrases, width_of
from pipeline.readers.html.lines import HAN_CHAR, PageLine
from pipeline.readers.html.rendering import MarkedSpan, TextLine

SITE_SUFFIX = regex.compile(
    r"""
    (?:
        \s*[|｜_»]\s*                  # 渡口为什么停了_南湾新闻网
        |\s+[-－–—:·•]\s+              # Why the ferry stopped - The Harbour Post
    )
    [^|｜_»]{1,60}$
    """,
    regex.VERBOSE,
)
"""The end of a `<title>` after the article's title: the site, the section."""
GLUED_SUFFIX = regex.compile(r"\s?[-－–—]+\s?([^-－–—]{2,24})$")
"""The same after a dash that is not between spaces. It may be part of the title: `COVID-19`, `中国-东盟商会`."""
MIN_NAME = regex.compile(r"\p{L}{2}")
MAX_NAME_LINE_CHARS = 40
"""Characters of a line that may name the site."""
MAX_SUFFIXES = 3
MAX_BADGE_LETTERS = 10
"""Letters before or after a title in its heading that are no part of it: `独家`, `Live`, `New`."""
SPACE = regex.compile(r"[\s\p{P}\p{S}]+")
TITLE_WINDOW_LINES = 60
"""Lines above the article that are searched for its title; menus may be in between."""
MAX_TITLE_DEPTH = 4
"""Lines from the start of the content that are searched for a title."""
BYLINE_WINDOW_LINES = 15
"""Lines from the start of the text that are searched for a byline below a lead."""
MIN_LEAD_WIDTH, MAX_LEAD_WIDTH = 40, 600
"""Width of a lead, in Latin letters."""
MAX_TITLE_CHARS = 300
MAX_BYLINE_CHARS = 160
"""Maximum characters of a byline."""
BYLINE = regex.compile(
    r"""
    # By Ada Fern; Words by Ada Fern
    (?i:
        (?:
            (?:written|reported|words|text|story|interview(?:ed)?|report|edited|photographs?|posted|published)\s+
        )?by
    )\s+\p{Lu}
    # 作者：林安; 本报记者/林安; 发布时间 ｜ 2024-05-01
    |[(（【]?(?:本报|本報|本刊)?
    (?:
        来源|來源|作者|记者|記者|文|撰文|采写|採寫|编辑|編輯|责任编辑|責任編輯
        |时间|時間|日期|发布时间|發佈時間
    )
    [\N{SPACE}\N{IDEOGRAPHIC SPACE}]*[:：/|｜丨]
    # 南湾晚报记者 林安 报道
    |\P{P}{2,20}(?:记者|記者)\s*\P{P}{2,12}(?:报道|報道|報導|发自|發自)?$
    """,
    regex.VERBOSE,
)
MONTH_NAME = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,7}\.?"
SHOWN_DATE = regex.compile(
    rf"""
    \d{{4}}\s?[-/.年]\s?\d{{1,2}}\s?[-/.月]\s?\d{{1,2}}  # 2024-05-01, 2024年5月1日
    |(?i:
        \b{MONTH_NAME}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}  # May 1st, 2024
        |\b\d{{1,2}}(?:st|nd|rd|th)?\s{MONTH_NAME},?\s\d{{4}}  # 1 Sept. 2024
    )
    """,
    regex.VERBOSE,
)
QUESTION_MARKS = "?？"
LEAD_END_MARKS = ".。！!…”"
SENTENCE_END_MARKS = ".。?？!！"
LABEL_ALONE = regex.compile(
    r"(?i:(?:(?:written|reported|words|text|interview|story)\s)?by:?|from)|[\p{Han} \u3000]{1,6}[:：]"
)
"""A label whose value is in the next block."""

BYLINE_TOKEN = regex.compile(r"[^\s|｜·•]+")
PART = regex.compile(r"[^\p{P}\p{S}\d]+")
COUNT = regex.compile(r"[\p{P}\p{S}]?\d{0,7}[\p{P}\p{S}]?")
STROKE = regex.compile(r"[|｜·•]\s*$")


class _ShortTexts:
    """The comparison keys of the short texts of a page, one of which may name the site.

    They are made when a title is compared with them, which most need not be.
    """

    def __init__(self, site: str | None, lines: Sequence[PageLine]) -> None:
        self._site = site
        self._lines = lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    @cached_property
    def _keys(self) -> Sequence[str]:
        short = (line.text for line in self._lines if len(line.text) <= MAX_NAME_LINE_CHARS)
        return [comparison_key(text) for text in (self._site or "", *short) if text]


class TitleAndByline(NamedTuple):
    """The title, the byline and lead lines below it, and the indices of the page lines that they use."""

    title: str | None
    below: tuple[TextLine, ...]
    used: frozenset[int]


def find_title_and_byline(
    lines: Sequence[PageLine], content: Sequence[int], stated: Sequence[str], site: str | None = None
) -> TitleAndByline:
    """Returns the title and byline above `content`.

    `stated` are the titles in the page's head, best first, `site` is the name of the site there. A visible title wins
    over one that is only in the head. The byline may be above or below the title.
    """
    names = _ShortTexts(site, lines)
    stated = [*dict.fromkeys([without_site(title, names) for title in stated] + list(stated))]
    first = content[0] if content else len(lines)
    at = _title(lines, content, stated)
    if at is None:
        title = next(filter(None, stated), None)
        top = max(first - TITLE_WINDOW_LINES, 0)
    else:
        title, top = _without_badge(lines[at].text, stated), at + 1
    end = _end(lines, content, top)
    content_lines = set(content)
    leads = _lead(lines, title, top, first) if at is not None else frozenset()
    below = [
        i
        for i in range(top, end)
        if i != at and (i in content_lines or i in leads or _belongs(lines[i], title, below_title=at is not None))
    ]
    used = frozenset(below) | ({at} if at is not None else frozenset())
    key = None if title is None else comparison_key(title)
    repeated = frozenset(i for i in content if i <= end and comparison_key(lines[i].text) == key)
    shown = [i for i in below if i not in repeated]
    texts: dict[str, PageLine] = {}
    for i in shown:
        texts.setdefault(without_page_actions(lines[i].text), lines[i])
    return TitleAndByline(title, tuple(_joined([*texts.items()])), used | repeated)


def _end(lines: Sequence[PageLine], content: Sequence[int], top: int) -> int:
    """Returns the end of the title block: the first line of the text, or the line after a byline below a lead."""
    body = [i for i in content if i >= top and not _is_byline(lines[i]) and not _is_marked_byline(lines[i])]
    first = end = body[0] if body else len(lines)
    width = 0
    content_lines = set(content)
    for i in range(end, min(end + BYLINE_WINDOW_LINES, len(lines))):
        if _is_byline(lines[i]) and not lines[i].beside:
            end = i + 1
        elif i in content_lines:
            width += width_of(lines[i].text)
            if width > MAX_LEAD_WIDTH or lines[i].context.bold or SPEAKER_LABEL.match(lines[i].text):
                break
    # A byline with no text below it is at the foot of a short article.
    return end if any(i >= end for i in body) else first


def _title(lines: Sequence[PageLine], content: Sequence[int], stated: Sequence[str]) -> int | None:
    """Returns the index of the title's line: one that repeats a title in the page's head, else a first-level heading.

    None if there is no such line, or no content.
    """
    if not content:
        return None
    first = content[0]
    # The title may be the first line of the content, above it, or, on a disordered page, just below its start.
    window = range(max(first - TITLE_WINDOW_LINES, 0), min(first + MAX_TITLE_DEPTH, len(lines)))
    fits = [i for i in window if len(lines[i].text) <= MAX_TITLE_CHARS and not lines[i].context.hidden]
    keys = [comparison_key(title) for title in stated]
    heads = [i for i in fits if lines[i].context.level == 1 and not _is_name_of_site(lines[i], keys)]
    subheads = [i for i in fits if lines[i].context.level > 1]
    for candidates in (heads, subheads, fits):
        if same := [i for i in candidates if _repeats(comparison_key(lines[i].text), keys)]:
            return min(same, key=lambda i: (abs(first - i), i))
    return _heading_above(lines, heads, first)


def _heading_above(lines: Sequence[PageLine], heads: Sequence[int], first: int) -> int | None:
    """Returns the last first-level heading above the content, else the first one on the page."""
    above = [i for i in heads if i <= first and not lines[i].beside]
    if above:
        return above[-1]
    return heads[0] if heads else None


def _repeats(shown: str, keys: Sequence[str]) -> bool:
    return len(shown) >= 4 and any(
        shown == each or (shown in each and 2 * len(shown) >= len(each)) or _is_badge(shown, each) for each in keys
    )


def _is_badge(shown: str, stated: str) -> bool:
    """Whether a heading is the stated title with a badge around it: `独家` in the heading, not in the title."""
    spare = len(shown) - len(stated)
    is_around = shown.startswith(stated) or shown.endswith(stated)
    return 0 < spare <= min(MAX_BADGE_LETTERS, len(stated)) and is_around


def _without_badge(shown: str, stated: Sequence[str]) -> str:
    """Returns the text of a heading without a badge that no stated title has."""
    key = comparison_key(shown)
    if any(key == comparison_key(title) or key in comparison_key(title) for title in stated):
        return shown
    bare = [title for title in stated if len(title) >= 4 and (shown.startswith(title) or shown.endswith(title))]
    return next((title for title in bare if _is_badge(key, comparison_key(title))), shown)


def _is_name_of_site(line: PageLine, keys: Sequence[str]) -> bool:
    """Whether a heading is the name of the site: a link that repeats none of the stated titles."""
    return line.linked >= len(line.text) and not _repeats(comparison_key(line.text), keys)


def without_site(title: str, names: Iterable[str] = ()) -> str:
    """Returns a stated title without the name of the site after it.

    `names` are comparison keys of short texts of the page, one of which may name the site. A dash that is not between
    spaces parts a name only if it is one of them.

    >>> without_site("Why the ferry stopped | The Harbour Post"), without_site("渡口为什么停了_南湾新闻网")
    ('Why the ferry stopped', '渡口为什么停了')
    >>> without_site("A well-known face of the whole coast")
    'A well-known face of the whole coast'
    """
    whole = title.strip()
    for _ in range(MAX_SUFFIXES):
        cut = SITE_SUFFIX.sub("", whole)
        if cut == whole and (glued := GLUED_SUFFIX.search(whole)) is not None:
            head, name = comparison_key(whole[: glued.start()]), comparison_key(glued[1])
            is_name = MIN_NAME.search(name) is not None and any(name in key and head not in key for key in names)
            cut = whole[: glued.start()] if is_name else whole
        if cut == whole or len(cut) < 4 or 3 * len(cut) < len(title):
            break
        whole = cut
    return whole


def comparison_key(text: str) -> str:
    """Returns the letters and digits of a title, for comparison."""
    return SPACE.sub("", text).casefold()


def date_in(text: str) -> str | None:
    """Returns the date in a line, as written."""
    date = SHOWN_DATE.search(text)
    return None if date is None else date[0]


def _is_byline(line: PageLine) -> bool:
    if len(line.text) > MAX_BYLINE_CHARS:
        return False
    if BYLINE.match(line.text):
        # `记者：木料从哪里来？` is a question with a label.
        return line.text[-1] not in QUESTION_MARKS
    date = SHOWN_DATE.search(line.text)
    return (
        date is not None
        and (line.context.byline > 0 or len(line.text) - len(date[0]) <= 24)
        and line.text[-1] not in SENTENCE_END_MARKS
    )


def _is_marked_byline(line: PageLine) -> bool:
    """Whether an element named like a byline holds a short line that is no sentence."""
    short = len(line.text) <= MAX_BYLINE_CHARS
    return line.context.byline > 0 and short and line.text[-1] not in SENTENCE_END_MARKS


def _belongs(line: PageLine, title: str | None, *, below_title: bool) -> bool:
    """Whether a line between title and text is a byline, by its words or its element, or a lead."""
    context = line.context
    if context.hidden or (title is not None and comparison_key(line.text) == comparison_key(title)):
        return False
    if _is_byline(line):
        return True
    if context.furniture or len(line.text) > MAX_TITLE_CHARS * 2:
        return False
    if context.tag == "figcaption":
        return below_title
    if line.text.casefold().strip(" :：|·") in page_actions():
        return False
    is_marked_byline = context.byline > 0 and len(line.text) <= MAX_BYLINE_CHARS
    return below_title and (is_marked_byline or (context.lead and not context.link))


def _lead(lines: Sequence[PageLine], title: str | None, top: int, first: int) -> frozenset[int]:
    """Returns the sentences between the title and the text that only bylines part from the text.

    A lead is often in an element of its own, which the extraction leaves out.
    """
    found = []
    for i in range(first - 1, top - 1, -1):
        line = lines[i]
        if _is_sentence(line):
            found.append(i)
        elif not _belongs(line, title, below_title=True) and not line.context.hidden:
            break
    return frozenset(found)


def _is_sentence(line: PageLine) -> bool:
    """Whether a line is a sentence of the length of a lead, without words of what is around an article."""
    context, text = line.context, line.text.casefold()
    is_shown = not line.beside and not line.linked and context.tag != "figcaption" and not context.caption
    is_long = MIN_LEAD_WIDTH <= width_of(line.text) <= MAX_LEAD_WIDTH
    is_whole = is_shown and is_long and line.text[-1] in LEAD_END_MARKS
    return is_whole and not any(phrase in text for phrase in cue_phrases())


@cache
def page_actions() -> frozenset[str]:
    """Labels of page actions next to a byline, in lower case; from `beside.txt`."""
    return frozenset(lists.rows(__package__, "beside.txt"))


def without_page_actions(text: str) -> str:
    """Returns a byline without the page actions at its end.

    >>> without_page_actions("来源：南湾晚报 评论(0) 字号：大 中 小"), without_page_actions("By Ada Fern | Share")
    ('来源：南湾晚报', 'By Ada Fern')
    """
    words = list(BYLINE_TOKEN.finditer(text))
    kept = end = len(words)
    while end and _is_beside(words[end - 1][0]):
        end -= 1
        # `More` and `Post` may be names: Latin words are only removed after a separator.
        if HAN_CHAR.search(words[end][0]) or STROKE.search(text[: words[end].start()]):
            kept = end
    return text if kept in (0, len(words)) else text[: words[kept - 1].end()]


def _is_beside(word: str) -> bool:
    parts = PART.findall(word)
    return all(part.casefold() in page_actions() for part in parts) and (
        bool(parts) or COUNT.fullmatch(word) is not None
    )


def _joined(texts: Sequence[tuple[str, PageLine]]) -> list[TextLine]:
    """The lines below the title. A label on its own is joined with the value on the next line: `By` and `Ada Fern`."""
    joined: list[TextLine] = []
    for text, line in texts:
        kind: EvidenceKind | None = "byline" if line.context.byline > 0 and len(text) <= MAX_BYLINE_CHARS else None
        if joined and LABEL_ALONE.fullmatch(joined[-1].text):
            label = joined[-1]
            joined[-1] = TextLine(f"{label.text} {text}", (), (), label.kind or kind)
        else:
            level = line.context.level if len(text) <= MAX_TITLE_CHARS else 0
            span = MarkedSpan(0, len(text), line.context.marks, level)
            joined.append(TextLine(text, (span,), line.runs if text == line.text else (), kind))
    return joined
