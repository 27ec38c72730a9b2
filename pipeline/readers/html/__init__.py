"""Reads web pages: the title, the byline and the article's text, one block a line."""

from pipeline.readers.html.conversion import converter, is_page, text_record
from pipeline.readers.html.detect import HTML_SUFFIXES, begins_page, holds_markup
from pipeline.readers.html.page import ExtractedPage, PageError, extract

__all__ = [
    "HTML_SUFFIXES",
    "ExtractedPage",
    "PageError",
    "begins_page",
    "converter",
    "extract",
    "holds_markup",
    "is_page",
    "page_text",
    "text_record",
]


def page_text(page: bytes, *, encoding: str | None = None) -> str:
    """The text of the article in a page: its title, its byline as shown, its lines.

    Raises `DecodingError` for bytes that cannot be decoded, `PageError` for a page that shows no text.
    """
    return extract(page, encoding=encoding).text
