"""Parses a page into a tree. Hostile pages are detected before a parser sees them."""

from typing import TYPE_CHECKING, NamedTuple

import regex

from pipeline.readers.html.lines import UNPRINTABLE

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from lxml.html import HtmlElement

MAX_TREE_CHARS = 8_000_000
"""Maximum characters of a page that is parsed: libxml2 truncates texts of ten million."""
MAX_TREE_TAGS = 200_000
"""Maximum number of `<` in a page that is parsed; a long article with all its scripts has some thousands."""
MAX_TREE_DEPTH = 200
"""Maximum nesting of elements; libxml2 drops what is nested deeper than 256."""

LONG_TAG = regex.compile(r"<[a-zA-Z][^<>]{20000,}+")
ATTRIBUTE_VALUE = regex.compile(r"\"[^\"]*+\"|'[^']*+'")
ATTRIBUTE_NAME = regex.compile(r"[\s/\"'][A-Za-z_:]")
MAX_ATTRIBUTES = 2000
"""Maximum attributes of one tag in a page that is parsed: libxml2 compares each with all before it."""

DECLARATION = regex.compile(r"\s{0,100}<\?xml[^<>]{0,300}\?>")
HIGH_CONTROL = regex.compile(r"&#(?:(1[2-5]\d)|[xX]([89][0-9A-Fa-f]));?")


class PageTree(NamedTuple):
    """A page parsed twice: for us, and for the extraction, which modifies its tree."""

    soup: "BeautifulSoup"
    root: "HtmlElement"


def clean_markup(page: str) -> str:
    """Returns the page without an XML declaration, control characters, and references to control characters.

    >>> clean_markup('<?xml version="1.0" encoding="gb2312"?><p>It&#146;s\\x0c here')
    '<p>It’s\\x0c here'
    """
    page = DECLARATION.sub("", page, count=1) if "<?xml" in page[:400] else page
    if not page.isprintable():
        page = UNPRINTABLE.sub("", page)
    return HIGH_CONTROL.sub(_windows_1252_char, page) if "&#1" in page or "&#x" in page or "&#X" in page else page


def _windows_1252_char(match: "regex.Match[str]") -> str:
    """Replaces `&#146;` as browsers do: with the character of Windows-1252."""
    code = int(match[1]) if match[1] else int(match[2], 16)
    if not 128 <= code <= 159:
        return match[0]
    return bytes([code]).decode("cp1252", "ignore")


def parse_tree(page: str) -> PageTree | None:
    """Returns the tree of a prepared page; None if it is too large, too deeply nested or empty."""
    from bs4 import BeautifulSoup
    from lxml.etree import ParserError
    from lxml.html import document_fromstring

    if len(page) > MAX_TREE_CHARS or page.count("<") > MAX_TREE_TAGS or _holds_many_attributes(page):
        return None
    try:
        root = document_fromstring(page)
    except (ParserError, ValueError):
        return None
    return None if _too_deep(root) else PageTree(BeautifulSoup(page, "lxml"), root)


def _holds_many_attributes(page: str) -> bool:
    return any(
        len(ATTRIBUTE_NAME.findall(ATTRIBUTE_VALUE.sub('"', tag[0]))) > MAX_ATTRIBUTES
        for tag in LONG_TAG.finditer(page)
    )


def _too_deep(root: "HtmlElement") -> bool:
    depth, node = 0, root
    while True:
        if len(node):
            depth, node = depth + 1, node[0]
            if depth > MAX_TREE_DEPTH:
                return True
            continue
        while (following := node.getnext()) is None:
            parent = node.getparent()
            if parent is None or node is root:
                return False
            depth, node = depth - 1, parent
        node = following
