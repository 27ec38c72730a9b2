"""Where keys above a text end that no fences enclose.

Pelican and MultiMarkdown write `Title: The weir`, Org `#+TITLE: The weir`, reStructuredText `:title: The weir`, Nikola
`.. title: The weir`, AsciiDoc `= The weir` and `:toc:`, Hugo an object in JSON. A speaker's label looks like a key of
Pelican. The difference: one of the keys is the title, all are known as keys, and no value is speech.
"""

import json

import regex

from pipeline.text.key_blocks import SPEECH_VALUE, keys

MAX_HEADER_CHARS = 6000
"""Code points in which keys without fences must end."""
MIN_PLAIN_KEYS = 2
"""Lines `Key: value` from which they are keys: the title and another one."""
PLAIN_LINE = regex.compile(
    r"(?P<key>\p{L}[\p{L}\p{N}_ \-]{0,30}?)[ \t]?(?::(?=[ \t]|$)|：)[ \t]*+(?P<value>[^\n]*+)(?:\n|\Z)", regex.MULTILINE
)
MARKED_LINES = regex.compile(
    r"""
      (?:\#\+[A-Za-z_]++:[^\n]*+(?:\n|\Z))++                            # #+TITLE: The weir
    | (?::[A-Za-z][\w\-]*+:(?:[ \t][^\n]*+)?+(?:\n|\Z))++               # :title: The weir
    | (?:\.\.[ ][A-Za-z][\w\-]*+:(?:[ \t][^\n]*+)?+(?:\n|\Z))++         # .. title: The weir
    """,
    regex.VERBOSE,
)
TITLE_MARK = regex.compile(r"^(?:#\+|:|\.\. )title:", regex.MULTILINE | regex.IGNORECASE)
ASCIIDOC_HEADER = regex.compile(
    r"""
    =[ ]++[^\n]++\n                                         # = The weir
    (?:[^\s:=][^\n:]{0,80}+\n){0,2}+                         # Anna Berg <anna@example.org>
    (?::!?[A-Za-z][\w\-]*+!?:(?:[ \t][^\n]*+)?+(?:\n|\Z))++  # :toc:
    """,
    regex.VERBOSE,
)
JSON_FENCE = ";;;"


def header_end(text: str) -> int:
    r"""The offset at which keys without fences end at the top of `text`; 0 if there are none.

    >>> header_end("Title: The weir\nDate: 2021-05-03\n\nAnna: Why a weir?")
    32
    >>> header_end("Anna: Why a weir?\nBen: For the eel."), header_end("Title: The weir\nI saw it.")
    (0, 0)
    """
    first = text[:1]
    if first in ("{", ";"):
        return _json_end(text)
    if first == "=":
        header = ASCIIDOC_HEADER.match(text, 0, MAX_HEADER_CHARS)
        return _before_line_end(text, header.end()) if header else 0
    if first in ("#", ":", "."):
        lines = MARKED_LINES.match(text, 0, MAX_HEADER_CHARS)
        is_header = lines is not None and TITLE_MARK.search(lines[0])
        return _before_line_end(text, lines.end()) if lines and is_header else 0
    return _plain_end(text) if first.isalpha() else 0


def _before_line_end(text: str, at: int) -> int:
    return at - 1 if text[at - 1] == "\n" else at


def _plain_end(text: str) -> int:
    """The end of the lines `Key: value`, all with known keys, at least one of them with the title."""
    at = count = 0
    has_title = False
    while (line := PLAIN_LINE.match(text, at, MAX_HEADER_CHARS)) is not None:
        key = line["key"].strip().lower()
        known = key in keys("k") or key in keys("r")
        if not known or (key not in keys("s") and SPEECH_VALUE.search(line["value"].rstrip())):
            break
        has_title |= key in ("title", "标题", "標題")
        count += 1
        at = line.end()
    return _before_line_end(text, at) if has_title and count >= MIN_PLAIN_KEYS else 0


def _json_end(text: str) -> int:
    """The end of an object in JSON, alone or between two fences `;;;`, with text below it."""
    fenced = text.startswith(JSON_FENCE + "\n")
    start = text.find("{", 0, len(JSON_FENCE) + 2) if fenced else 0
    if start < 0 or text[start] != "{":
        return 0
    try:
        value, size = json.JSONDecoder().raw_decode(text[start:MAX_HEADER_CHARS])
    except (ValueError, RecursionError):
        return 0
    end = start + size
    if fenced:
        close = text.find(JSON_FENCE, end, end + len(JSON_FENCE) + 2)
        end = close + len(JSON_FENCE) if close >= 0 else end
    is_header = isinstance(value, dict) and any(str(key).lower() in keys("k") for key in value)
    # `{name} asked` is a text; the closing brace ends its line.
    ends_line = not text[end:].partition("\n")[0].strip()
    return end if is_header and ends_line and any(map(str.isalnum, text[end:])) else 0
