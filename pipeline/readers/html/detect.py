"""Detects web pages by their content."""

import regex

SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
HEAD = 4096
"""Bytes at the beginning of a file that are searched for the start of a page."""
OPENING = regex.compile(
    rb"(?i)\s{0,200}(?:<\?xml[^<>]{0,300}\?>\s{0,200})?(?:<!--(?:[^-]|-(?!->)){0,2000}-->\s{0,200}){0,5}"
    rb"(?:<!doctype\s{1,20}html|<html[\s>]|<head[\s>]|<body[\s>])"
)
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x84\x31\x95\x33")
TAG = regex.compile(
    rb"(?i)<!doctype|</?(?:html|head|body|div|p|br|span|a|h[1-6]|table|t[rdh]|ul|ol|li|d[ltd]|b|i|em|strong|pre|img|meta"
    rb"|title|article|section|main|script|style|font|center|blockquote)(?:\s[^<>]{0,2000})?/?>"
)


def begins_page(data: bytes) -> bool:
    """Whether a file is plainly a web page: it begins with a doctype, or with the element that holds all others.

    A text in which some tags were left over is none.

    >>> begins_page(b"<!-- saved --><!DOCTYPE html><p>Hi"), begins_page(b"<p>Hi</p>")
    (True, False)
    """
    return OPENING.match(_head(data)) is not None


def holds_markup(data: bytes) -> bool:
    """Whether a file has any tag of a page; one that has none is a text, whatever its name says."""
    return TAG.search(data) is not None or (b"\0" in data[:HEAD] and TAG.search(data.replace(b"\0", b"")) is not None)


def _head(data: bytes) -> bytes:
    head = data[:HEAD]
    for mark in MARKS:
        head = head.removeprefix(mark)
    # Two and four bytes a character: what is left of markup without the NULs is ASCII.
    return head.replace(b"\0", b"") if b"\0" in head else head
