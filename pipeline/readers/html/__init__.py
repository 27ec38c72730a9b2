"""A web page: the article in it, a block a line, with its title and byline at the top."""

from functools import cache
from importlib.metadata import version

from pipeline.readers.html.detect import begins_page, holds_markup
from pipeline.readers.html.page import ExtractedPage, PageError, extract

__all__ = [
    "MEDIA_TYPES",
    "SUFFIXES",
    "ExtractedPage",
    "PageError",
    "begins_page",
    "converter",
    "extract",
    "holds_markup",
    "page_text",
]

MEDIA_TYPES = frozenset({"text/html", "application/xhtml+xml"})
SUFFIXES = frozenset({".html", ".htm", ".xhtml"})


def page_text(page: bytes, *, encoding: str | None = None) -> str:
    """The text of the article in a page: its title, its byline as shown, its lines.

    Raises `DecodingError` for bytes that are no text, `PageError` for a page that shows none.
    """
    return extract(page, encoding=encoding).text


@cache
def converter() -> str:
    """What converts pages, with versions, for the provenance."""
    return ", ".join(f"{name} {version(name)}" for name in ("trafilatura", "beautifulsoup4", "lxml"))
