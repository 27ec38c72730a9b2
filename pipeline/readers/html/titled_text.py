"""Puts the title that a mail or a feed states above a plain text, as pages and entries in HTML have it."""

from collections.abc import Iterator

import regex

from pipeline.model.evidence import Evidence
from pipeline.readers.html.title_and_byline import MAX_BYLINE_CHARS, MAX_TITLE_DEPTH, comparison_key
from pipeline.text.header_lines import header_end

FRONT_MATTER_FENCES = ("---", "+++", "[#]:")
MIN_TITLE_KEY_CHARS = 4
"""Letters of a title from which a line that contains it shows it: `Title: The weir`."""
REPLY_MARK = regex.compile(
    r"(?:\s*+(?:(?i:re|fwd?|aw|wg|tr)|回复|回覆|答复|答覆|转发|轉發|轉寄)(?:\[\d{1,3}\])?[:：])++\s*+(?=\S)"
)
"""What mail programs write before the subject of an answer: `Re: Fwd: The weir`, `回复：渡口`."""
BYLINE_WORD = regex.compile(r"(?i)(?:by|from|words by|作者|文|记者|記者)\s{0,3}[:：/]?\s{0,3}")


def titled_text(text: str, title: str | None, author: str | None) -> tuple[str, tuple[Evidence, ...]]:
    """Returns the text below its title, and where the title and the byline are, in code points.

    Nothing is added where one of the first lines shows the title, or where the text begins with keys of its own. The
    line that is `author`, or `By` and `author`, is the byline; no such line is added.

    >>> titled_text("By Ada Fern\\nWe met at noon.", "Re: The weir", "Ada Fern")[0]
    'The weir\\n\\nBy Ada Fern\\nWe met at noon.'
    >>> titled_text("The weir\\nWe met at noon.", "The weir", None)[0]
    'The weir\\nWe met at noon.'
    """
    title = without_reply_mark(title) if title else ""
    if not title or text.startswith(FRONT_MATTER_FENCES) or header_end(text):
        return text, tuple(_bylines(text, author))
    key = comparison_key(title)
    for start, end in _first_lines(text):
        line = comparison_key(text[start:end])
        if key and line == key:
            return text, (Evidence(start, end, "title"), *_bylines(text, author))
        if len(key) >= MIN_TITLE_KEY_CHARS and key in line:
            return text, tuple(_bylines(text, author))
    titled = f"{title}\n\n{text}"
    return titled, (Evidence(0, len(title), "title"), *_bylines(titled, author))


def without_reply_mark(subject: str) -> str:
    """Returns a subject without what mail programs write before that of an answer.

    >>> without_reply_mark("Re: Fwd: The weir"), without_reply_mark("回复：渡口"), without_reply_mark("Red: a colour")
    ('The weir', '渡口', 'Red: a colour')
    """
    return REPLY_MARK.sub("", subject, count=1) if REPLY_MARK.match(subject) else subject


def names_author(line: str, author: str) -> bool:
    """Whether a line is the name of the author that a container states, or `By` and that name.

    >>> names_author("By Ada Fern", "Ada Fern"), names_author("Ada Fern: Why?", "Ada Fern")
    (True, False)
    """
    key, mark = comparison_key(author), BYLINE_WORD.match(line)
    named = line[mark.end() :] if mark else line
    return bool(key) and len(line) <= MAX_BYLINE_CHARS and key in {comparison_key(line), comparison_key(named)}


def _bylines(text: str, author: str | None) -> Iterator[Evidence]:
    for start, end in _first_lines(text) if author else ():
        if author and names_author(text[start:end], author):
            yield Evidence(start, end, "byline")
            return


def _first_lines(text: str) -> Iterator[tuple[int, int]]:
    """Yields the spans of the first lines that are not empty, without spaces around them."""
    start = count = 0
    while start < len(text) and count < MAX_TITLE_DEPTH:
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if line := text[start:end].strip():
            at = text.index(line, start)
            yield at, at + len(line)
            count += 1
        start = end + 1
