"""A web page: its text, a block a line.

`get_text()` without a separator is where run-together words come from: a paragraph's end and the next one's beginning
are glued. Here every block and every `<br>` ends a line, and inline elements end nothing.
"""

from functools import cache
from importlib.metadata import version

import regex

from pipeline.decoding import decode

MEDIA_TYPES = frozenset({"text/html", "application/xhtml+xml"})
SUFFIXES = frozenset({".html", ".htm", ".xhtml"})

PASSED_OVER = (
    "script",
    "style",
    "noscript",
    "template",
    "head",
    "nav",
    "footer",
    "aside",
    "form",
    "button",
    "svg",
    "iframe",
)
# fmt: off
BLOCKS = (
    "address", "article", "blockquote", "caption", "center", "dd", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
)
# fmt: on
BLANKS = regex.compile(r"[ \t\r\f\v]+")


def text_of(page: bytes, *, encoding: str | None = None) -> str:
    """The text of a page: of its `<article>`, else its `<main>`, else all of it, without navigation and scripts.

    Raises `DecodingError` for bytes that are no text.
    """
    from bs4 import BeautifulSoup

    # Parsers are handed decoded text: given bytes they guess, and lose pages that declare gb2312 and hold GBK.
    soup = BeautifulSoup(decode(page, encoding=encoding).text, "html.parser")
    for element in soup(PASSED_OVER):
        element.decompose()
    articles = soup.find_all("article")
    root = articles[0] if len(articles) == 1 else soup.find("main") or soup.body or soup
    for line_end in root.find_all("br"):
        line_end.replace_with("\n")
    for block in root.find_all(BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    lines = (BLANKS.sub(" ", line).strip() for line in root.get_text().split("\n"))
    return "\n".join(line for line in lines if line) + "\n"


@cache
def converter() -> str:
    """What converts pages, with its version, for the provenance."""
    return f"beautifulsoup4 {version('beautifulsoup4')}"
