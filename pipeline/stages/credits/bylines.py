"""Lines that are bylines by their form: `<outlet>记者<names><place>报道`, `来源：… 作者：…`, `By Jane Doe`.

Outlets and reporters are not known by name, except those of the user's vocabulary. A byline has the word 记者, a field
name or `By`. Names are recognised by their surnames, places by a public gazetteer or as the last word before 报道.
Offsets are those of the text that is given.
"""

import regex

from pipeline.lexicon.people import is_name
from pipeline.lexicon.vocabulary import NO_PHRASES, NO_VOCABULARY, PhraseSet, Vocabulary
from pipeline.stages.credits.byline_parts import (
    BYLINE_DATE,
    SPACES,
    BylineMatch,
    BylinePart,
    sorted_parts,
    strip_span,
    take_dates,
    without_marks,
)
from pipeline.stages.credits.english_bylines import begins_as_byline, english_byline_in
from pipeline.stages.credits.reporters import (
    NAME_TOKEN,
    NOT_AN_OUTLET,
    REPORT_ENDING,
    REPORTER_WORDS,
    names_and_place,
    outlet_before,
    reporter_word,
    reporters_in,
)

MAX_BYLINE_CHARS = 90
"""Characters of a line that is read as a Chinese byline."""
SOURCE_FIELD = regex.compile(
    r"""
    (?P<key> (?:文章)?(?:来源|來源)                                  # 来源：山城晚报
           | 作者 | 撰文 | 文 | 记者 | 記者                           # 作者：孙若晴
           | 责任编辑 | 責任編輯 | 编辑 | 編輯                         # 编辑 | 罗启明
           | (?:发布|發布|发表|發表|更新)?(?:时间|時間|日期) )           # 发布时间：2023-10-17
    [ ]?[:：｜|][ \N{IDEOGRAPHIC SPACE}]*+
    """,
    regex.VERBOSE,
)
OUTLET_KEYS = ("来源", "來源")
AUTHOR_KEYS = ("作者", "撰文", "文", "记者", "記者")
DATE_KEY_ENDS = "间間期"
MAX_SHORT_BYLINE_CHARS = 30
"""Characters of a byline without a word for a reporter and without a known outlet."""
MIN_OUTLET_CHARS, MAX_OUTLET_CHARS = 2, 10
MAX_DATE_LINE_CHARS = 48
SOURCE_LINE_CONFIDENCE = 0.95
"""The key of each field says what it is."""
OUTLET_ALONE_CONFIDENCE = 0.85
"""An outlet and the word for a reporter, without a name to support it."""
DATE_LINE_CONFIDENCE = 0.8
"""A date next to a byline, which may also be that of an event."""
UNKNOWN_OUTLET_CONFIDENCE = 0.75
"""No word for a reporter, and the outlet is cut off from the names by their form alone."""
DATE_AND_OUTLET_CONFIDENCE = 0.7
"""As a date, but any short word after it is taken as the outlet."""
MAX_TRAILING_CHARS = 70
"""Characters at the end of a paragraph in which a byline may close it."""
TRAILING_BYLINE = regex.compile(
    r"""
    (?<=[。！？.!?…”"’」』）)][ \N{IDEOGRAPHIC SPACE}]?)                          # after a sentence
    (?: [（(【\[](?P<inner>[^（()）【】\[\]\n。！？]{3,60})[)）】\]]             # （本报记者 孙若晴）
      | [○●◎■□◆](?P<plain>[^（()）【】\[\]\n。！？]{3,60}) )                   # ○新报记者 孙若晴 文
    [\s*_]*+$
    """,
    regex.VERBOSE,
)
FIELD_SEPARATORS = f"{SPACES}|｜/／·，,"
OUTLET_NAME = regex.compile(r"[\p{L}\p{N}·&.《》「」 \-]{2,24}")
SHORT_OUTLET = regex.compile(r"[\p{Han}\p{Latin}]{2,12}")


def byline_in(text: str, vocabulary: Vocabulary = NO_VOCABULARY) -> BylineMatch | None:
    """The byline that a whole line is, or None. Spaces and marks around it stay outside.

    >>> line = "西岭日报记者施诗哈萨克斯坦阿斯塔纳报道"
    >>> [(part.value, line[part.start:part.end]) for part in byline_in(line).parts]
    [('outlet', '西岭日报'), ('reporter', '施诗'), ('place', '哈萨克斯坦阿斯塔纳')]
    >>> byline_in("一位记者对他说")
    """
    start, end = without_marks(text)
    if begins_as_byline(text, start, end, vocabulary):
        return english_byline_in(text, start, end, vocabulary)
    if end - start > MAX_BYLINE_CHARS or text.isascii():
        return None
    people, media = (vocabulary.people, vocabulary.media) if vocabulary else (NO_PHRASES, NO_PHRASES)
    if not any(map(text.__contains__, REPORTER_WORDS)):
        return _byline_without_reporter_word(text, start, end, people, media)
    parts: list[BylinePart] = []
    inner, last = take_dates(text, start, end, parts)
    opening = reporter_word(text, inner, end, media)
    if opening is None:
        return _byline_without_reporter_word(text, start, end, people, media)
    if opening.start() > inner:
        outlet = outlet_before(text, inner, opening.start(), media)
        if outlet is None:
            return None
        parts.append(BylinePart("outlet", *outlet))
    reporters = reporters_in(text, opening.start(), last, people)
    if reporters is None:
        return None
    return BylineMatch(start, end, sorted_parts([*parts, *reporters[0]]), reporters[1])


def _byline_without_reporter_word(
    text: str, start: int, end: int, people: PhraseSet, media: PhraseSet
) -> BylineMatch | None:
    """`山城人物卫若、张晴报道`: an outlet, several names and a word for a report.

    After an outlet of `media` one name is enough.
    """
    outlet_ends = media.ends(text, start, end) if media else []
    several = end - start <= MAX_SHORT_BYLINE_CHARS and "、" in text
    report = REPORT_ENDING.search(text, start, end) if outlet_ends or several else None
    if report is None or text[report.start() : end][:1] in "文电電":
        return None
    for outlet_end in outlet_ends:
        read = names_and_place(text, outlet_end, report.start(), people, before_report=True)
        if read is not None and any(part.value == "reporter" for part in read[0]):
            parts = [BylinePart("outlet", start, outlet_end), *read[0]]
            return BylineMatch(start, end, sorted_parts(parts), read[1])
    parts = _outlet_and_names(text, start, report.start(), people)
    return BylineMatch(start, end, sorted_parts(parts), UNKNOWN_OUTLET_CONFIDENCE) if parts else None


def _outlet_and_names(text: str, start: int, end: int, people: PhraseSet) -> list[BylinePart]:
    """An unknown outlet, written together with the first of several names; empty if it is anything else."""
    tokens = [token.span() for token in NAME_TOKEN.finditer(text, start, end)]
    if len(tokens) < 2 or not all(is_name(text[slice(*token)], people) for token in tokens[1:]):
        return []
    first, last = tokens[0]
    for size in (*people.sizes, 3, 2):
        outlet = text[first : last - size]
        if is_name(text[last - size : last], people) and _could_be_outlet(outlet):
            names = [(last - size, last), *tokens[1:]]
            return [
                BylinePart("outlet", first, last - size),
                *(BylinePart("reporter", *name) for name in names),
            ]
    return []


def _could_be_outlet(text: str) -> bool:
    return MIN_OUTLET_CHARS <= len(text) <= MAX_OUTLET_CHARS and not NOT_AN_OUTLET.search(text)


def source_line_in(text: str, vocabulary: Vocabulary = NO_VOCABULARY) -> BylineMatch | None:
    """Outlet and author on one line, with the date: `来源：山城晚报 作者：孙若晴 2023-10-17 08:30`.

    None for any other line; an outlet alone is a notice.

    >>> line = "来源：山城晚报 作者：孙若晴 2023-10-17 08:30"
    >>> [(part.value, line[part.start : part.end]) for part in source_line_in(line).parts]
    [('outlet', '山城晚报'), ('reporter', '孙若晴'), ('date', '2023-10-17 08:30')]
    """
    start, end = without_marks(text)
    if end - start > MAX_BYLINE_CHARS or text.isascii() or SOURCE_FIELD.search(text) is None:
        return None
    parts: list[BylinePart] = []
    first, last = take_dates(text, start, end, parts)
    fields = list(SOURCE_FIELD.finditer(text, first, last))
    if not fields or fields[0].start() != first or len(fields) + len(parts) < 2:
        return None
    for field, following in zip(fields, [*fields[1:], None], strict=True):
        value_end = following.start() if following else last
        value = _field_value(text, field["key"], field.end(), value_end, vocabulary)
        if value is None:
            return None
        parts += value
    values = {part.value for part in parts}
    if "outlet" not in values or len(values) < 2:
        return None
    return BylineMatch(start, end, sorted_parts(parts), SOURCE_LINE_CONFIDENCE)


def _field_value(text: str, key: str, start: int, end: int, vocabulary: Vocabulary) -> list[BylinePart] | None:
    """The parts that the value of a field is, by its key; None if it is no outlet, no names or no date."""
    people, media = (vocabulary.people, vocabulary.media) if vocabulary else (NO_PHRASES, NO_PHRASES)
    start, end = strip_span(text, start, end)
    end = start + len(text[start:end].rstrip(FIELD_SEPARATORS))
    if key[-2:] in OUTLET_KEYS:
        is_known = bool(media) and text[start:end] in media
        return [BylinePart("outlet", start, end)] if is_known or OUTLET_NAME.fullmatch(text, start, end) else None
    if key in AUTHOR_KEYS:
        names = names_and_place(text, start, end, people, before_report=False)
        return None if names is None else names[0]
    if key[-1] in DATE_KEY_ENDS and BYLINE_DATE.fullmatch(text, start, end):
        return [BylinePart("date", start, end)]
    return None


def trailing_byline_in(text: str, vocabulary: Vocabulary = NO_VOCABULARY) -> BylineMatch | None:
    """The byline at the end of a paragraph, in brackets or after a ring, or None; it must name a reporter.

    >>> line = "我们还是要内外兼顾吧。（本报记者 孙若晴）"
    >>> found = trailing_byline_in(line); line[found.start : found.end]
    '（本报记者 孙若晴）'
    """
    trailing = TRAILING_BYLINE.search(text, max(0, len(text) - MAX_TRAILING_CHARS))
    if trailing is None or not text[: trailing.start()].strip():
        return None
    group = "inner" if trailing["inner"] is not None else "plain"
    byline = byline_in(trailing[group], vocabulary)
    if byline is None or not any(part.value == "reporter" for part in byline.parts):
        return None
    shift = trailing.start(group)
    parts = tuple(BylinePart(part.value, part.start + shift, part.end + shift) for part in byline.parts)
    return BylineMatch(trailing.start(), trailing.end(), parts, byline.confidence)


def outlet_in(text: str, media: PhraseSet = NO_PHRASES) -> BylineMatch | None:
    """The byline of an outlet's reporter without a name, `山城晚报记者`, or None."""
    word = reporter_word(text, 0, len(text), media)
    outlet = outlet_before(text, 0, word.start(), media) if word and word.end() == len(text) else None
    if outlet is None:
        return None
    return BylineMatch(0, len(text), (BylinePart("outlet", *outlet),), OUTLET_ALONE_CONFIDENCE)


def date_in(text: str, media: PhraseSet = NO_PHRASES) -> BylineMatch | None:
    """A line next to a byline that is only a date, or a date and a short outlet; None for any other line."""
    start, end = without_marks(text)
    date = BYLINE_DATE.match(text, start, end)
    if date is None or end - start > MAX_DATE_LINE_CHARS:
        return None
    rest = text[date.end() : end].strip()
    if not rest:
        return BylineMatch(start, end, (BylinePart("date", *date.span()),), DATE_LINE_CONFIDENCE)
    if (media and rest in media) or (SHORT_OUTLET.fullmatch(rest) and not NOT_AN_OUTLET.search(rest)):
        parts = (BylinePart("date", *date.span()), BylinePart("outlet", end - len(rest), end))
        return BylineMatch(start, end, parts, DATE_AND_OUTLET_CONFIDENCE)
    return None
