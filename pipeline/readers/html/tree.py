"""Parses a page into a tree. Hostile pages are detected before a parser sees them."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import regex

from pipeline.readers.html.lines import UNPRINTABLE, elements

if TYPE_CHECKING:
    from lxml.etree import HTMLParser, XPath
    from lxml.html import HtmlElement

MAX_TREE_CHARS = 8_000_000
"""Maximum characters of a page that is parsed: libxml2 truncates texts of ten million."""
MAX_TREE_TAGS = 200_000
"""Maximum number of `<` in a page that is parsed; a long article with all its scripts has some thousands."""
MAX_TREE_DEPTH = 200
"""Maximum nesting of elements; libxml2 drops what is nested deeper than 256."""

MIN_LONG_TAG_CHARS = 20_000
TAG_BEGIN = regex.compile(r"[a-zA-Z]")
ATTRIBUTE_VALUE = regex.compile(r"\"[^\"]*+\"|'[^']*+'")
ATTRIBUTE_NAME = regex.compile(r"[\s/\"'][A-Za-z_:]")
MAX_ATTRIBUTES = 2000
"""Maximum attributes of one tag in a page that is parsed: libxml2 compares each with all before it."""

DECLARATION = regex.compile(r"\s{0,100}<\?xml[^<>]{0,300}\?>")
CONTROL_BYTES = bytes({*range(0x20), 0x7F} - set(b"\t\n\f\r"))
"""The control characters of `UNPRINTABLE`."""
HIGH_CONTROL = regex.compile(r"&#(?:(1[2-5]\d)|[xX]([89][0-9A-Fa-f]));?")


class PageTree(NamedTuple):
    """A parsed page. `sizes` are the numbers of visible characters inside the elements that have some.

    `nodes` are all elements and comments, in the order of the page. lxml makes an element anew each time that it is
    asked for and nobody holds it.
    """

    root: "HtmlElement"
    nodes: "Sequence[HtmlElement]"
    sizes: "Mapping[HtmlElement, int]"


def clean_markup(page: str) -> str:
    """Returns the page without an XML declaration, control characters, and references to control characters.

    >>> clean_markup('<?xml version="1.0" encoding="gb2312"?><p>It&#146;s\\x0c here')
    '<p>It’s\\x0c here'
    """
    page = DECLARATION.sub("", page, count=1) if "<?xml" in page[:400] else page
    if not page.isprintable() and _may_hold_unprintable(page):
        page = UNPRINTABLE.sub("", page)
    return HIGH_CONTROL.sub(_windows_1252_char, page) if "&#1" in page or "&#x" in page or "&#X" in page else page


def _may_hold_unprintable(page: str) -> bool:
    """Whether a page may hold what `UNPRINTABLE` finds. Ten times as fast: bytes are counted, not matched."""
    try:
        data = page.encode()
    except UnicodeEncodeError:
        return True
    return len(data.translate(None, CONTROL_BYTES)) < len(data) or "\ufffe" in page or "\uffff" in page


def _windows_1252_char(match: "regex.Match[str]") -> str:
    """Replaces `&#146;` as browsers do: with the character of Windows-1252."""
    code = int(match[1]) if match[1] else int(match[2], 16)
    if not 128 <= code <= 159:
        return match[0]
    return bytes([code]).decode("cp1252", "ignore")


def parse_tree(page: str) -> PageTree | None:
    """Returns the tree of a prepared page; None if it is too large, too deeply nested or empty."""
    from lxml.etree import ParserError
    from lxml.html import document_fromstring

    if len(page) > MAX_TREE_CHARS or page.count("<") > MAX_TREE_TAGS or _holds_many_attributes(page):
        return None
    try:
        root = document_fromstring(page, parser=_parser())
    except (ParserError, ValueError):
        return None
    if _deep_elements()(root):
        return None
    nodes = list(root.iter())
    return PageTree(root, nodes, _sizes(nodes))


@cache
def _parser() -> "HTMLParser":
    """The parser of `lxml.html` without its classes for forms.

    It asks a function of Python for the class of each element, each time that an element is made.
    """
    from lxml import etree, html

    parser = etree.HTMLParser()
    lookup = etree.ElementDefaultClassLookup(html.HtmlElement, html.HtmlComment, html.HtmlProcessingInstruction)
    parser.set_element_class_lookup(lookup)
    return parser


def _holds_many_attributes(page: str) -> bool:
    # Most long pieces are scripts, which a short tag opens.
    pieces = [piece for piece in page.split("<") if len(piece) > MIN_LONG_TAG_CHARS]
    tags = [piece.partition(">")[0] for piece in pieces if TAG_BEGIN.match(piece)]
    return any(
        len(tag) > MIN_LONG_TAG_CHARS and len(ATTRIBUTE_NAME.findall(ATTRIBUTE_VALUE.sub('"', tag))) > MAX_ATTRIBUTES
        for tag in tags
    )


@cache
def _deep_elements() -> "XPath":
    """Finds whether elements are nested deeper than `MAX_TREE_DEPTH`."""
    from lxml.etree import XPath

    return XPath(f"boolean({'/*' * (MAX_TREE_DEPTH + 2)})")


def _sizes(nodes: "Sequence[HtmlElement]") -> "Mapping[HtmlElement, int]":
    """Returns the number of visible characters inside each element that has some.

    From the end of the page to its start, so that children come before their parents.
    """
    kinds = elements()
    sizes: dict[HtmlElement, int] = {}
    for node in reversed(nodes):
        seen = 0
        # Comments and processing instructions have a function as their tag.
        if isinstance(node.tag, str) and kinds.get(node.tag) != "unseen":
            seen = sizes.get(node, 0)
            if text := node.text:
                seen += len(text.strip())
            if seen:
                sizes[node] = seen
        if tail := node.tail:
            seen += len(tail.strip())
        if seen and (parent := node.getparent()) is not None:
            sizes[parent] = sizes.get(parent, 0) + seen
    return sizes
