"""Lines that a page's markup calls the byline, whatever their form: `Ada Fern · 3 May 2024`, `林安 2024-05-01`."""

from collections.abc import Iterator

import regex

from pipeline.lexicon.people import is_name
from pipeline.lexicon.vocabulary import NO_PHRASES, NO_VOCABULARY, Vocabulary
from pipeline.stages.credits.byline_parts import BYLINE_DATE, BylineMatch, BylinePart, sorted_parts, without_marks
from pipeline.stages.credits.english_bylines import is_outlet, is_person

MAX_MARKED_BYLINE_CHARS = 160
NAMED_CONFIDENCE, DATED_CONFIDENCE = 0.93, 0.85
"""The markup says that it is a byline, and it names somebody; it has only a date or an outlet."""
SENTENCE_ENDS = "。！？!?"
SEPARATOR = regex.compile(r"[|｜·•/／,，、;；\t()（）]|\s[-–—]\s|\s(?:and|&)\s|[和与]")
OPENING_WORDS = regex.compile(
    r"""
    \s*(?:
        (?i:posted|published|updated|written|reported|words|text|story|interview|photos?|on|by|from|author|date)\b:?
      | (?:(?:本刊|本报|本報|本网)?(?:特约)?(?:记者|記者)|作者|撰文|采写|採寫|文字|文|发布(?:于|时间)?|發佈於?|时间|日期
          |来源|來源|更新于?)[:：]?
    )\s*
    """,
    regex.VERBOSE,
)
"""What may be before a name, an outlet or a date in a byline: `Posted on`, `本刊记者`."""
SOURCE_WORDS = regex.compile(r"(?:来源|來源)[:：]?\s*$")
OUTLET_CHARS = regex.compile(r"[\p{L}\p{N}·&.《》 \-]{2,24}")


def marked_byline_in(text: str, vocabulary: Vocabulary = NO_VOCABULARY) -> BylineMatch | None:
    """The byline that a line is of which the markup says so; None if nothing in it is a name, an outlet or a date.

    >>> line = "Posted on 2024-05-03 by Marta Reed"
    >>> [(part.value, line[part.start : part.end]) for part in marked_byline_in(line).parts]
    [('date', '2024-05-03'), ('reporter', 'Marta Reed')]
    >>> marked_byline_in("Listen to this story")
    """
    start, end = without_marks(text)
    if not 0 < end - start <= MAX_MARKED_BYLINE_CHARS or text[end - 1] in SENTENCE_ENDS:
        return None
    parts = list(_parts(text, start, end, vocabulary))
    if not parts:
        return None
    named = any(part.value == "reporter" for part in parts)
    return BylineMatch(start, end, sorted_parts(parts), NAMED_CONFIDENCE if named else DATED_CONFIDENCE)


def _parts(text: str, start: int, end: int, vocabulary: Vocabulary) -> Iterator[BylinePart]:
    people, media = (vocabulary.people, vocabulary.media) if vocabulary else (NO_PHRASES, NO_PHRASES)
    at, named = start, False
    for date in [*BYLINE_DATE.finditer(text, start, end), None]:
        for first, last in _pieces(text, at, date.start() if date else end):
            piece = text[first:last]
            from_source = SOURCE_WORDS.search(text, start, first) is not None
            if piece in media or (from_source and OUTLET_CHARS.fullmatch(piece)):
                yield BylinePart("outlet", first, last)
            elif (is_person(piece, people) or is_name(piece, people)) and not (named and is_outlet(piece)):
                # After a first name `Harbour Post` is the outlet.
                named = True
                yield BylinePart("reporter", first, last)
            elif is_outlet(piece):
                yield BylinePart("outlet", first, last)
        if date is not None:
            yield BylinePart("date", *date.span())
            at = date.end()


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The spans between separators, spaces and opening words."""
    at = start
    for mark in [*SEPARATOR.finditer(text, start, end), None]:
        first, last = at, mark.start() if mark else end
        while (opening := OPENING_WORDS.match(text, first, last)) is not None:
            first = opening.end()
        # Chinese fields are separated by spaces alone.
        inner = text[first:last]
        for word in regex.finditer(r"\S+" if not inner.isascii() else r"\S(?:.*\S)?", inner):
            begin = first + word.start()
            while (opening := OPENING_WORDS.match(text, begin, first + word.end())) is not None:
                begin = opening.end()
            if begin < first + word.end():
                yield begin, first + word.end()
        at = mark.end() if mark else end
