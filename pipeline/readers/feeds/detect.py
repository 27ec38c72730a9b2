"""Detects feeds by how they begin, and reads what the root element says about the names in them."""

from collections.abc import Mapping

import msgspec
import regex

from pipeline.readers.byte_source import HEAD_BYTES

BEFORE_ROOT = rb"""
    (?:\xef\xbb\xbf)?
    (?:
        \s{1,200}
        |<\?[^<>]{0,500}\?>                     # <?xml version="1.0"?>, <?xml-stylesheet href="a.css"?>
        |<!--(?:[^-]|-(?!->)){0,4000}-->        # <!-- generator="WordPress/6.4" -->
        |<!DOCTYPE\s[^<>\[]{0,300}>             # the document type of RSS 0.91
    ){0,40}
"""
FEED_ROOT = regex.compile(
    BEFORE_ROOT + rb"<(?:[A-Za-z][\w.-]{0,20}:)?(rss|feed|RDF|rdf)(?=[\s>])[^<>]{0,4000}>", regex.VERBOSE
)
RSS_NAMESPACES = (b"http://purl.org/rss/1.0/", b"http://my.netscape.com/rdf/simple/0.9/")
"""Namespaces of RSS 1.0 and 0.90. Other files in RDF are no feeds."""
DECLARED_PREFIX = regex.compile(rb"xmlns:([A-Za-z_][\w.-]{0,40})\s{0,3}=\s{0,3}[\"']([^\"'<>]{1,200})[\"']")
DECLARED_ENCODING = regex.compile(
    rb"\s{0,200}(?:\xef\xbb\xbf)?<\?xml[^<>]{0,200}?encoding\s{0,3}=\s{0,3}[\"']([A-Za-z0-9._-]{1,40})"
)
PREFIXES: Mapping[bytes, str] = {
    b"http://purl.org/rss/1.0/modules/content/": "content",
    b"http://purl.org/dc/elements/1.1/": "dc",
    b"http://www.w3.org/2005/Atom": "",
    b"http://purl.org/rss/1.0/": "",
    b"http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    b"http://search.yahoo.com/mrss/": "media",
    b"http://search.yahoo.com/mrss": "media",
}
"""The usual prefixes of namespaces. Those of WordPress have a version in them and are always `wp` and `excerpt`."""
XML_DECLARATION_BYTES = 300


class FeedFormat(msgspec.Struct, frozen=True):
    """What the beginning of a feed says of it.

    `entry` is the name of the element of an entry. `prefixes` maps the prefixes of this file to the usual ones.
    `encoding` is the declared encoding, which may be wrong.
    """

    media_type: str
    entry: str
    prefixes: Mapping[str, str]
    encoding: str | None


def feed_format(head: bytes) -> FeedFormat | None:
    r"""The format of a feed that begins with `head`; None for anything else.

    >>> feed_format(b'<?xml version="1.0"?><rss version="2.0"><channel>').entry
    'item'
    >>> feed_format(b'<feed xmlns:c="http://purl.org/dc/elements/1.1/">').prefixes, feed_format(b"<html>")
    ({'c': 'dc'}, None)
    """
    head = _narrow(head)
    root = FEED_ROOT.match(head)
    if root is None:
        return None
    name = root[1].decode("ascii")
    if name.lower() == "rdf" and not any(namespace in head[:HEAD_BYTES] for namespace in RSS_NAMESPACES):
        return None
    declared = DECLARED_ENCODING.match(head)
    prefixes = {
        prefix.decode("ascii", "replace"): PREFIXES[uri]
        for prefix, uri in DECLARED_PREFIX.findall(root[0])
        if uri in PREFIXES
    }
    return FeedFormat(
        "application/atom+xml" if name == "feed" else "application/rss+xml",
        "entry" if name == "feed" else "item",
        prefixes,
        None if declared is None else declared[1].decode("ascii"),
    )


def wide_encoding(head: bytes) -> str | None:
    r"""UTF-16 or UTF-32, detected by the byte order mark or the first `<`; None for others.

    >>> wide_encoding(b"\xff\xfe<\0r\0"), wide_encoding(b"\0<\0r"), wide_encoding(b"<rss>")
    ('utf-16-le', 'utf-16-be', None)
    """
    for name in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        if head.startswith(("\ufeff<".encode(name), "<".encode(name))):
            return None if name == "utf-8" else name
    return None


def _narrow(head: bytes) -> bytes:
    encoding = wide_encoding(head)
    return head if encoding is None else head.decode(encoding, "ignore").removeprefix("\ufeff").encode()
