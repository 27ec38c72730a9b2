r"""Remove backslashes that a converter added: `1\. First`, `snake\_case`, `\[applause\]`, `don\'t`.

Markdown escapes what would be markup, SQL what would end a string. If a line has a backslash before a letter or
another backslash, it is a path, a pattern or a formula, and stays as it is.
"""

from collections.abc import Iterator

import regex

from pipeline.stages.markup.rules import ESCAPED_MARK
from pipeline.stages.non_prose.code_marks import Spans, is_inside
from pipeline.text.edits import Edit

OTHER_BACKSLASH = regex.compile(
    r"""
    \\[\p{L}\d\\]                                                       # \alpha, \d, C:\\
    |[{}]|\^\\                                                          # {a\_b}, x^\*
    |\\[(\[][^\\\n]{0,80}[=^+][^\\\n]{0,80}\\[)\]]                      # \[ x + 1 \]
    |(?:[(=,]\s{0,3}[rf]?|^\s{0,40}[rf])["'][^"'\n]{0,80}\\|\|\\        # f("a\_b"), r"\*", a |\* b
    """,
    regex.VERBOSE,
)
"""A line with one of these has backslashes of a command, a path, a pattern or a formula."""
BACKSLASH_OF_MARK = regex.compile(
    r"""
    (?<=^\d{1,3})\\(?=[.)][ ])                                          # 1\. First
    |(?<=^[ ]{0,3})\\(?=[->+][ ])                                       # \- an item
    |(?<=\w)\\(?=_\w)                                                   # snake\_case
    |(?<=[\p{L}\d])\\(?=&[\p{L}\d])|(?<=[ ])\\(?=&[ ])                  # R\&D, salt \& pepper
    |(?<=\p{L})\\(?='\p{L})                                             # don\'t
    |(?<=[\p{L}\d])\\(?=[!*](?:[\s,.;:)]|$))                            # Stop\!
    |(?<!\$[^\n]{0,80})\\(?=\$\d)(?![^\n]{0,80}[^\\]\$)                 # a cost of \$5
    """,
    regex.VERBOSE,
)
ESCAPED_PAIR = regex.compile(
    r"""
    \\\[(?=\p{L}|\d{1,3}\\\])(?P<square>[^\\\[\]|\n]{0,80})(?<!\s)\\\](?!\()            # \[applause\]
    |\\\((?P<round>[\p{L}\p{M}][\p{L}\p{M}\x20,.'’-]{2,80})(?<!\s)\\\)               # \(see below\)
    |(?<![\w*\\])(?P<stars>(?:\\\*){1,3})(?=[\p{L}\p{N}])
      (?P<starred>[^\\\n*]{1,200})(?<!\s)(?P=stars)(?![\w*\\])                      # \*really\*
    |(?<![\w_\\])\\_(?=[\p{L}\p{N}])[^\\\n_]{1,200}(?<!\s)\\_(?![\w_\\])              # \_really\_
    """,
    regex.VERBOSE,
)
ESCAPED_STAR = regex.compile(r"\\(?=\*)")
ESCAPED_MARK_CONFIDENCE = 0.93
"""A line without other backslashes. One that is meant is rare in prose."""


def without_escapes(text: str, code: Spans) -> Iterator[Edit]:
    r"""Yield an edit for each backslash outside `code`: `\[applause\]` to `[applause]`."""
    end = -1
    at = text.find("\\")
    while at >= 0:
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[start:end]
        if not OTHER_BACKSLASH.search(line):
            yield from (edit for edit in _line_edits(line, start) if not is_inside(code, edit.start))
        at = text.find("\\", end)


def _line_edits(line: str, start: int) -> Iterator[Edit]:
    offsets = {match.start() for match in BACKSLASH_OF_MARK.finditer(line)}
    for match in ESCAPED_PAIR.finditer(line):
        offsets |= {match.start() + i for i, character in enumerate(match[0]) if character == "\\"}
    stars = {match.start() for match in ESCAPED_STAR.finditer(line)}
    if not stars <= offsets:
        # Footnotes and lists of stars: what is one of them is not half of a pair.
        offsets -= stars
    for offset in sorted(offsets):
        yield Edit(start + offset, "\\", "", ESCAPED_MARK.name, ESCAPED_MARK_CONFIDENCE)
