"""Reads web pages: extracts the title, the byline and the text of the article, one block per line."""

from pipeline.readers.html.conversion import (
    article_converter,
    article_record,
    converter,
    is_article_markup,
    is_page,
    text_record,
)
from pipeline.readers.html.detect import HTML_SUFFIXES, begins_page, holds_markup
from pipeline.readers.html.page import ExtractedPage, PageError, extract
from pipeline.readers.html.titled_text import titled_text

__all__ = [
    "HTML_SUFFIXES",
    "ExtractedPage",
    "PageError",
    "article_converter",
    "article_record",
    "begins_page",
    "converter",
    "extract",
    "holds_markup",
    "is_article_markup",
    "is_page",
    "page_text",
    "text_record",
    "titled_text",
]


def page_text(page: bytes, *, encoding: str | None = None) -> str:
    """Returns the text of the article in a page: the title, the byline as shown, and the body lines.

    Raises `DecodingError` for bytes that cannot be decoded, `PageError` for a page that shows no text.
    """
    return extract(page, encoding=encoding).text
