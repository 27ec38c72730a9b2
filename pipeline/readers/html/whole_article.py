"""Takes the text out of HTML that is an article and nothing else: an entry of a feed, a chapter, a document.

No main content is looked for, so nothing of it is lost. What is hidden is left out; of an entry of a feed also its bars
and boxes, and the links to other pages at its beginning and end.
"""

import sys
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.model.evidence import Evidence, checked_evidence
from pipeline.readers.html.content import leads_away
from pipeline.readers.html.lines import PageLine
from pipeline.readers.html.malformed import scan
from pipeline.readers.html.page import PageError, holds_words
from pipeline.readers.html.rendering import TextLine, evidence_of, render
from pipeline.readers.html.title_and_byline import MAX_TITLE_DEPTH, comparison_key
from pipeline.readers.html.titled_text import names_author
from pipeline.readers.html.tree import clean_markup, parse_tree

MAX_SOURCE_CHARS = 400
"""Maximum characters of a line that says where an entry of a feed appeared."""


def whole_article(
    source: str,
    title: str | None,
    site: str | None = None,
    author: str | None = None,
    *,
    of_feed: bool,
    adds_title: bool = True,
) -> tuple[str, tuple[Evidence, ...]]:
    """The text of an article, a line for each block, and what the markup says of spans of it.

    `title`, `site` and `author` are what the container states. The title becomes the first line if `adds_title` is true
    and the article does not begin with it; a line that is the author is the byline.

    Raises `PageError` if there are no words.
    """
    markup = clean_markup(source)
    tree = parse_tree(markup)
    if tree is None:
        lines = [TextLine(line.text) for line in scan(markup) if not line.beside]
    else:
        from pipeline.readers.html.lines import page_lines

        lines = render(_article_lines(page_lines(tree.root, tree.sizes), _Stated(title, site), of_feed=of_feed))
    if not any(holds_words(line.text) for line in lines):
        raise PageError("has no visible text; leave it out")
    lines = _with_byline(_with_title(lines, title, adds_title=adds_title), author)
    evidence = checked_evidence(evidence_of(lines), sys.maxsize)
    return "\n".join(line.text for line in lines) + "\n", evidence


class _Stated(NamedTuple):
    """What a feed states of an entry."""

    title: str | None
    site: str | None

    def is_source_of(self, line: PageLine) -> bool:
        """Whether a line with a link only says which entry this is and where it appeared."""
        names = [comparison_key(name) for name in (self.title, self.site) if name]
        key = comparison_key(line.text)
        is_short = len(line.text) <= MAX_SOURCE_CHARS
        return bool(line.linked) and is_short and len(names) == 2 and all(name in key for name in names)


def _article_lines(lines: Sequence[PageLine], stated: _Stated, *, of_feed: bool) -> Sequence[PageLine]:
    shown = [line for line in lines if not line.context.hidden]
    if not of_feed:
        return shown
    kept = [line for line in shown if not line.context.furniture] or shown
    start, end = 0, len(kept)
    while end > start and (leads_away(kept[end - 1]) or stated.is_source_of(kept[end - 1])):
        end -= 1
    while start < end and leads_away(kept[start]):
        start += 1
    return kept[start:end] or kept


def _with_title(lines: list[TextLine], title: str | None, *, adds_title: bool) -> list[TextLine]:
    """The lines with the title among the first ones, marked as the title."""
    if not title:
        return lines
    key = comparison_key(title)
    for i, line in enumerate(lines[:MAX_TITLE_DEPTH]):
        if key and comparison_key(line.text) == key:
            return [*lines[:i], TextLine(line.text, line.spans, line.runs, "title"), *lines[i + 1 :]]
    return [TextLine(title, kind="title"), *lines] if adds_title else lines


def _with_byline(lines: list[TextLine], author: str | None) -> list[TextLine]:
    """The lines with the author among the first ones, marked as the byline."""
    for i, line in enumerate(lines[:MAX_TITLE_DEPTH] if author else ()):
        if author and line.kind is None and names_author(line.text, author):
            return [*lines[:i], TextLine(line.text, line.spans, line.runs, "byline"), *lines[i + 1 :]]
    return lines
