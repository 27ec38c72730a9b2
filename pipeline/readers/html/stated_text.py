"""The article that a page states in a script or in its head, for pages that show it only when the script has run."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import regex

from pipeline.readers.html.lines import UNPRINTABLE, page_lines
from pipeline.readers.html.metadata import PageHead, linked_article, stated_description
from pipeline.readers.html.tree import clean_markup, parse_tree

if TYPE_CHECKING:
    from lxml.html import HtmlElement

WECHAT_CONTENT = regex.compile(
    r"""
    \b(?:content_noencode|content)\s{0,9}[:=]\s{0,9}   # content_noencode: '…'
    (?:JsDecode\()?                                # content_noencode: JsDecode('…')
    '((?:[^'\\]|\\.){100,}+)'
    """,
    regex.VERBOSE | regex.DOTALL,
)
WECHAT_SCRIPT = "content_noencode"
SCRIPT_ESCAPE = regex.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|(.))", regex.DOTALL)
CONTROL_ESCAPES = {"n": "\n", "r": "\n", "t": " ", "b": "", "f": ""}
ANY_TAG = re.compile(r"<[a-zA-Z/!]")
MAX_STATED_CHARS = 2_000_000


def stated_article(head: PageHead) -> Sequence[str]:
    """Returns the lines of the article that linked data or a script of WeChat states; empty if neither does."""
    stated = linked_article(head) or _wechat_content(head.root) or ""
    return _lines(stated[:MAX_STATED_CHARS])


def stated_summary(head: PageHead) -> Sequence[str]:
    """Returns the lines of the description of the page in its head."""
    return _lines(stated_description(head) or "")


def _wechat_content(root: "HtmlElement") -> str | None:
    for script in root.iter("script"):
        text = script.text or ""
        if WECHAT_SCRIPT in text and (found := WECHAT_CONTENT.search(text)) is not None:
            return SCRIPT_ESCAPE.sub(_unescaped, found[1])
    return None


def _unescaped(match: "regex.Match[str]") -> str:
    code = match[1] or match[2]
    if code is None:
        return CONTROL_ESCAPES.get(match[3], match[3])
    return UNPRINTABLE.sub("", chr(int(code, 16)))


def _lines(text: str) -> Sequence[str]:
    if ANY_TAG.search(text) and (tree := parse_tree(clean_markup(text))) is not None:
        return [line.text for line in page_lines(tree.root, tree.sizes)]
    return [line.strip() for line in UNPRINTABLE.sub("", text).splitlines() if line.strip()]
