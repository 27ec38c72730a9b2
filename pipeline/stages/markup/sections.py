"""What is taken out as a whole, for the repair `markup`: scripts, style sheets, and the frame of an XML file."""

import re
from collections.abc import Iterator

import regex

from pipeline.model.stage import Rule
from pipeline.stages.markup.code_spans import code_spans, inside
from pipeline.text.edits import Edit

SCRIPT = Rule(
    "markup.script",
    "a script or a style sheet with what it holds",
    acts=("<script>var a = 1;</script>The tide", "<style>\n.a { color: red; }\n</style>The tide"),
    spares=("the <script> tag and its </script>", "`<script>var a;</script>`"),
)
SECTION = Rule(
    "markup.xml",
    "an XML declaration or the marks of a CDATA section",
    acts=("<![CDATA[The tide]]>", '<?xml version="1.0"?>The tide'),
    spares=("<?php echo 1; ?>", "a <![CDATA[ alone"),
)
SCRIPTS = regex.compile(
    r"<(?P<name>script|style)\b[^<>]{0,500}>(?P<held>(?:[^<]|<(?!/?(?:script|style)\b)){0,20000}+)</(?P=name)\s{0,3}>",
    regex.IGNORECASE,
)
PROGRAM = re.compile(r"[{};=()]")
SECTIONS = regex.compile(
    r"<!\[CDATA\[(?P<held>(?:[^\]<]|\](?!\]>)|<(?!!\[CDATA\[)){0,20000}+)\]\]>|<\?xml\b[^<>?]{0,200}\?>"
)


def is_quoted(text: str, start: int, end: int) -> bool:
    """Whether it stands between quotes, as a string of a program does."""
    return start > 0 and text[start - 1] in "\"'`" and text[end : end + 1] == text[start - 1]


def unwrapped(text: str) -> Iterator[Edit]:
    """Scripts and style sheets as a whole, the marks of CDATA sections, and XML declarations."""
    spans = code_spans(text)
    found: list[Edit] = []
    if "</" in text:
        found = [
            Edit(match.start(), match[0], "", SCRIPT.name, 0.93)
            for match in SCRIPTS.finditer(text)
            if not inside(spans, match.start())
            and not is_quoted(text, *match.span())
            and (not match["held"].strip() or PROGRAM.search(match["held"]))
        ]
    if found or ("<![CDATA[" not in text and "<?xml" not in text):
        # A section around a script is for the next round.
        yield from found
        return
    for section in SECTIONS.finditer(text):
        if inside(spans, section.start()):
            continue
        if section["held"] is None:
            yield Edit(section.start(), section[0], "", SECTION.name, 0.95)
        else:
            yield Edit(section.start(), "<![CDATA[", "", SECTION.name, 0.95)
            yield Edit(section.end() - 3, "]]>", "", SECTION.name, 0.95)
