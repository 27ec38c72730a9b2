"""Detects web pages by their content."""

import regex

HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
DETECTION_BYTES = 4096
"""Bytes at the start of a file that are searched for the beginning of a page."""
PAGE_START = regex.compile(
    rb"(?i)\s{0,200}(?:<\?xml[^<>]{0,300}\?>\s{0,200})?(?:<!--(?:[^-]|-(?!->)){0,2000}-->\s{0,200}){0,5}"
    rb"(?:<!doctype\s{1,20}html|<html[\s>]|<head[\s>]|<body[\s>])"
)
HTML_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x84\x31\x95\x33")
HTML_TAG = regex.compile(
    rb"(?i)<!doctype|</?(?:html|head|body|div|p|br|span|a|h[1-6]|table|t[rdh]|ul|ol|li|d[ltd]|b|i|em|strong|pre|img|meta"
    rb"|title|article|section|main|script|style|font|center|blockquote)(?:\s[^<>]{0,2000})?/?>"
)


def begins_page(data: bytes) -> bool:
    """Whether data begins like a web page: with a doctype or the root element.

    A text that only contains some tags is not a page.

    >>> begins_page(b"<!-- saved --><!DOCTYPE html><p>Hi"), begins_page(b"<p>Hi</p>")
    (True, False)
    """
    return PAGE_START.match(_head(data)) is not None


def holds_markup(data: bytes) -> bool:
    """Whether data contains any HTML tag. Data without one is text, whatever its file name."""
    return HTML_TAG.search(data) is not None or (
        b"\0" in data[:DETECTION_BYTES] and HTML_TAG.search(data.replace(b"\0", b"")) is not None
    )


def _head(data: bytes) -> bytes:
    head = data[:DETECTION_BYTES]
    for mark in HTML_BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    # UTF-16 and UTF-32: without its NULs, markup is ASCII.
    return head.replace(b"\0", b"") if b"\0" in head else head
