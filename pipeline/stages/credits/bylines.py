"""Reads a line that is a byline by its form: `<outlet>记者<names><place>报道`, `来源：… 作者：…`, `By Jane Doe`.

Nothing is known about any one outlet or reporter, but what the user's vocabulary says. The word 记者, a field name or
`By` opens the form, names are read by their surnames, places by a public gazetteer or by standing alone before 报道.
Used by the finder `credits`; spans count in the text that is given.
"""

import regex

from pipeline.lexicon.people import is_name
from pipeline.lexicon.vocabulary import NO_PHRASES, NO_VOCABULARY, PhraseSet, Vocabulary
from pipeline.stages.credits.byline_parts import (
    BYLINE_DATE,
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
    r"(?P<key>(?:文章)?(?:来源|來源)|作者|撰文|文|记者|記者|责任编辑|責任編輯|编辑|編輯"
    r"|(?:发布|發布|发表|發表|更新)?(?:时间|時間|日期))[ ]?[:：｜|][ \u3000]*+"
)
FIELD_SEPARATORS = " \t\u3000|｜/／·，,"
OUTLET_NAME = regex.compile(r"[\p{L}\p{N}·&.《》「」 \-]{2,24}")
SHORT_OUTLET = regex.compile(r"[\p{Han}\p{Latin}]{2,12}")


def byline_in(text: str, vocabulary: Vocabulary = NO_VOCABULARY) -> BylineMatch | None:
    """The byline that a whole line is, or None. Blanks and marks around it stay outside.

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
    """`山城人物卫若、张晴报道`: an outlet, several names and 报道, without the word for a reporter.

    Behind an outlet of `media` one name is enough.
    """
    told = media.ends(text, start, end) if media else []
    said = REPORT_ENDING.search(text, start, end) if told or (end - start <= 30 and "、" in text) else None
    if said is None or text[said.start() : end][:1] in "文电電":
        return None
    tokens = [token.span() for token in NAME_TOKEN.finditer(text, start, said.start())]
    for behind in told:
        read = names_and_place(text, behind, said.start(), people, near=True)
        if read is not None and any(part.value == "reporter" for part in read[0]):
            return BylineMatch(start, end, sorted_parts([BylinePart("outlet", start, behind), *read[0]]), read[1])
    first, last = tokens[0] if tokens else (0, 0)
    rest = tokens[1:]
    if not rest or not all(is_name(text[a:b], people) for a, b in rest):
        return None
    for size in (*people.sizes, 3, 2):
        outlet = text[first : last - size]
        if is_name(text[last - size : last], people) and 2 <= len(outlet) <= 10 and not NOT_AN_OUTLET.search(outlet):
            parts = [BylinePart("outlet", first, last - size), BylinePart("reporter", last - size, last)]
            return BylineMatch(
                start, end, sorted_parts([*parts, *(BylinePart("reporter", a, b) for a, b in rest)]), 0.75
            )
    return None


def source_line_in(text: str, vocabulary: Vocabulary = NO_VOCABULARY) -> BylineMatch | None:
    """Outlet and author on one line, with the date: `来源：山城晚报 作者：孙若晴 2023-10-17 08:30`.

    An outlet alone is a notice and no byline.

    >>> line = "来源：山城晚报 作者：孙若晴 2023-10-17 08:30"
    >>> [(part.value, line[part.start : part.end]) for part in source_line_in(line).parts]
    [('outlet', '山城晚报'), ('reporter', '孙若晴'), ('date', '2023-10-17 08:30')]
    """
    start, end = without_marks(text)
    if end - start > MAX_BYLINE_CHARS or text.isascii() or SOURCE_FIELD.search(text) is None:
        return None
    people, media = (vocabulary.people, vocabulary.media) if vocabulary else (NO_PHRASES, NO_PHRASES)
    parts: list[BylinePart] = []
    first, last = take_dates(text, start, end, parts)
    fields = list(SOURCE_FIELD.finditer(text, first, last))
    if not fields or fields[0].start() != first or len(fields) + len(parts) < 2:
        return None
    for i, field in enumerate(fields):
        at, until = strip_span(text, field.end(), fields[i + 1].start() if i + 1 < len(fields) else last)
        until = at + len(text[at:until].rstrip(FIELD_SEPARATORS))
        key = field["key"]
        if key[-2:] in ("来源", "來源"):
            if OUTLET_NAME.fullmatch(text, at, until) is None and not (media and text[at:until] in media):
                return None
            parts.append(BylinePart("outlet", at, until))
        elif key in ("作者", "撰文", "文", "记者", "記者"):
            read = names_and_place(text, at, until, people, near=False)
            if read is None:
                return None
            parts += read[0]
        elif key[-1] in "间間期" and BYLINE_DATE.fullmatch(text, at, until):
            parts.append(BylinePart("date", at, until))
        else:
            return None
    values = {part.value for part in parts}
    return BylineMatch(start, end, sorted_parts(parts), 0.95) if "outlet" in values and len(values) > 1 else None


def outlet_in(text: str, media: PhraseSet = NO_PHRASES) -> BylineMatch | None:
    """`山城晚报记者`: an outlet's reporter without a name."""
    word = reporter_word(text, 0, len(text), media)
    outlet = outlet_before(text, 0, word.start(), media) if word and word.end() == len(text) else None
    return None if outlet is None else BylineMatch(0, len(text), (BylinePart("outlet", *outlet),), 0.85)


def date_in(text: str, media: PhraseSet = NO_PHRASES) -> BylineMatch | None:
    """A line that is a date and nothing else, or a date and a short name: the neighbour of a byline."""
    start, end = without_marks(text)
    date = BYLINE_DATE.match(text, start, end)
    if date is None or end - start > 48:
        return None
    rest = text[date.end() : end].strip()
    if not rest:
        return BylineMatch(start, end, (BylinePart("date", *date.span()),), 0.8)
    if (media and rest in media) or (SHORT_OUTLET.fullmatch(rest) and not NOT_AN_OUTLET.search(rest)):
        return BylineMatch(
            start, end, (BylinePart("date", *date.span()), BylinePart("outlet", end - len(rest), end)), 0.7
        )
    return None
