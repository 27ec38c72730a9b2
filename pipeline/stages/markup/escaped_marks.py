r"""Marks that a converter escaped, for the repair `markup`: `1\. First`, `snake\_case`, `\[applause\]`, `don\'t`.

Markdown escapes what would be markup, SQL what would end a string. In a line in which a backslash stands before a
letter or another backslash, it is a path, a pattern or a formula, and nothing is touched.
"""

from collections.abc import Iterator

import regex

from pipeline.model.stage import Rule
from pipeline.stages.markup.code_spans import inside
from pipeline.text.edits import Edit

ESCAPED = Rule(
    "markup.escaped-mark",
    "a mark that Markdown or SQL escaped with a backslash",
    acts=("1\\. First of all", "snake\\_case", "\\[applause\\] Thank you", "don\\'t wait", "R\\&D", "a cost of \\$5"),
    spares=("¯\\_(ツ)_/¯", "C:\\_x\\y", "\\[ x + 1 \\]", "\\d+\\.\\d+", "`a\\_b`", "\\# no heading", "x \\. y"),
)

OTHER_USE = regex.compile(
    r"\\[\p{L}\d\\]|[{}]|\^\\|\\[(\[][^\\\n]{0,80}[=^+][^\\\n]{0,80}\\[)\]]|(?:[(=,]\s{0,3}[rf]?|^\s{0,40}[rf])[\"'][^\"'\n]{0,80}\\|\|\\"
)
"""What says that the backslashes of a line are something else: a command, a path, a pattern, a formula."""
MARK = regex.compile(
    r"(?<=^\d{1,3})\\(?=[.)][ ])"
    r"|(?<=^[ ]{0,3})\\(?=[->+][ ])"
    r"|(?<=\w)\\(?=_\w)"
    r"|(?<=[\p{L}\d])\\(?=&[\p{L}\d])|(?<=[ ])\\(?=&[ ])"
    r"|(?<=\p{L})\\(?='\p{L})"
    r"|(?<=[\p{L}\d])\\(?=[!*](?:[\s,.;:)]|$))"
    r"|(?<!\$[^\n]{0,80})\\(?=\$\d)(?![^\n]{0,80}[^\\]\$)"
)
PAIR = regex.compile(
    r"\\\[(?=[\p{L}\p{Lo}])(?P<square>[^\\\[\]|\n]{0,80})(?<!\s)\\\](?!\()"
    r"|\\\((?P<round>[\p{L}\p{M}][\p{L}\p{M} ,.'’-]{2,80})(?<!\s)\\\)"
    r"|(?<![\w*\\])(?P<stars>(?:\\\*){1,3})(?=[\p{L}\p{N}])(?P<starred>[^\\\n*]{1,200})(?<!\s)(?P=stars)(?![\w*\\])"
)


def unescaped(text: str, spans: list[tuple[int, int]]) -> Iterator[Edit]:
    r"""`\[applause\]` to `[applause]`; `spans` are those of code."""
    end = -1
    at = text.find("\\")
    while at >= 0:
        start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[start:end]
        if not OTHER_USE.search(line):
            yield from (edit for edit in _of_line(line, start) if not inside(spans, edit.start))
        at = text.find("\\", end)


def _of_line(line: str, start: int) -> Iterator[Edit]:
    places = {match.start() for match in MARK.finditer(line)}
    for match in PAIR.finditer(line):
        places |= {match.start() + i for i, sign in enumerate(match[0]) if sign == "\\"}
    for place in sorted(places):
        yield Edit(start + place, "\\", "", ESCAPED.name, 0.93)
