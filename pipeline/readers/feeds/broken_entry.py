"""Reads an entry that is no valid XML: its elements are found by their tags, and what is in them is taken as it is.

The recovery of libxml2 is not used: after a tag that is never closed it puts all later elements into that one.
"""

from bisect import bisect_left
from collections import defaultdict
from html import unescape
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from lxml.etree import _Element

END_TAG = regex.compile(r"</([A-Za-z_][\w.:-]{0,80})\s{0,20}>")
START_TAG = regex.compile(r"<([A-Za-z_][\w.:-]{0,80})((?:\s[^<>]{0,4000})?)>")
TAG_ATTRIBUTE = regex.compile(r"""\s([A-Za-z_][\w.-]{0,40})\s{0,3}=\s{0,3}(?:"([^"<>]*)"|'([^'<>]*)')""")
CDATA_MARKS = regex.compile(r"<!\[CDATA\[|\]\]>")
MAX_FIELDS = 1000


def broken_entry(text: str) -> "_Element":
    """An element with a child for each element directly in the entry whose end tag is there, with only text in it."""
    from lxml.etree import Element, SubElement

    ends: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for tag in END_TAG.finditer(text):
        ends[tag[1]].append(tag.span())
    root = Element("entry")
    outer = START_TAG.search(text)
    at = outer.end() if outer else 0
    while len(root) < MAX_FIELDS and (start := START_TAG.search(text, at)) is not None:
        at = start.end()
        if start[2].endswith("/"):
            close, after = at, at
        else:
            places = ends.get(start[1], [])
            found = bisect_left(places, (at, 0))
            if found == len(places):
                continue
            close, after = places[found]
        prefix, _, local = start[1].rpartition(":")
        name = f"{{prefix:{prefix}}}{local}" if prefix else local
        child = SubElement(root, name, nsmap={prefix: f"prefix:{prefix}"} if prefix else None)
        child.text = _inner(text[at:close])
        for attribute in TAG_ATTRIBUTE.finditer(start[2]):
            child.set(attribute[1], unescape(attribute[2] or attribute[3] or ""))
        at = after
    return root


def _inner(text: str) -> str:
    """What an element holds: text of CDATA and HTML as it is, other text with its escapes resolved."""
    without = CDATA_MARKS.sub("", text)
    return without if without != text or START_TAG.search(text) else unescape(text)
