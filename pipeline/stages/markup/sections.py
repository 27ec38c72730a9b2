"""Remove scripts, style sheets, XML declarations and the marks of CDATA sections."""

import re
from collections.abc import Iterator

import regex

from pipeline.stages.markup.rules import SCRIPT, SPOILT_COPY, XML
from pipeline.stages.non_prose.code_marks import Spans, code_spans, is_inside
from pipeline.text.edits import Edit

SCRIPT_ELEMENT = regex.compile(
    r"""
    <(?P<name>script|style)\b[^<>]{0,500}>                              # <script>
    (?P<content>(?:[^<]|<(?!/?(?:script|style)\b)){0,20000}+)           # var a = 1;
    </(?P=name)\s{0,3}>                                                 # </script>
    """,
    regex.IGNORECASE | regex.VERBOSE,
)
PROGRAM_SIGN = re.compile(r"[{};=()]")
CDATA_START, CDATA_END = "<![CDATA[", "]]>"
XML_SECTION = regex.compile(
    r"""
    <!\[CDATA\[(?P<content>(?:[^\]<]|\](?!\]>)|<(?!!\[CDATA\[)){0,20000}+)\]\]>         # <![CDATA[The tide]]>
    |<\?xml\b[^<>?]{0,200}\?>                                                           # <?xml version="1.0"?>
    """,
    regex.VERBOSE,
)
OPEN_SECTION = regex.compile(r"^<!\[CDATA\[(?=[\p{L}\p{N}“\"<])", regex.MULTILINE)
LONE_SECTION_END = regex.compile(r"^[^\[\]\n]*+(?P<mark>\]\]>)[ \t]*$", regex.MULTILINE)
"""`The tide turned.]]>`; but not `a[b[0]]>`."""
HIDDEN_ELEMENT = regex.compile(
    r"""
    <(?P<name>font|span|i)\s
    (?:class="?jammer"?                                             # Discuz: <font class="jammer">
      |style="?(?:display:\s?none|font-size:\s?0(?:px|pt|em)?)           # <font style="font-size:0px
       (?:;\s?color:\s?\#?\w{1,20})?;?"?                               # ;color:#fff">
    )>
    [^<>\n]{0,80}
    </(?P=name)>
    """,
    regex.IGNORECASE | regex.VERBOSE,
)
SCRIPT_CONFIDENCE = 0.93
"""What looks like a program may be an example of one."""
XML_CONFIDENCE = 0.95
HIDDEN_CONFIDENCE = 0.9
"""No reader of the page saw what was hidden."""


def is_quoted(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` is between two equal quotes, as a string of a program is."""
    return start > 0 and text[start - 1] in "\"'`" and text[end : end + 1] == text[start - 1]


def without_sections(text: str) -> Iterator[Edit]:
    """Yield edits that remove scripts and style sheets; if there are none, CDATA marks and XML declarations.

    A CDATA section may contain a script, so the two are not removed in one round.
    """
    code = code_spans(text)
    scripts: list[Edit] = []
    if "</" in text:
        scripts = [
            Edit(match.start(), match[0], "", SCRIPT.name, SCRIPT_CONFIDENCE)
            for match in SCRIPT_ELEMENT.finditer(text)
            if not is_inside(code, match.start())
            and not is_quoted(text, *match.span())
            and (not match["content"].strip() or PROGRAM_SIGN.search(match["content"]))
        ]
        if not scripts:
            yield from _hidden_elements(text, code)
    if scripts:
        yield from scripts
        return
    if CDATA_END not in text:
        yield from _open_sections(text, code)
    for section in XML_SECTION.finditer(text):
        if is_inside(code, section.start()):
            continue
        if section["content"] is None:
            yield Edit(section.start(), section[0], "", XML.name, XML_CONFIDENCE)
        else:
            yield Edit(section.start(), CDATA_START, "", XML.name, XML_CONFIDENCE)
            yield Edit(section.end() - len(CDATA_END), CDATA_END, "", XML.name, XML_CONFIDENCE)


def _open_sections(text: str, code: Spans) -> Iterator[Edit]:
    """An edit for each mark at the start of a line of a text in which no section ends, since it was cut."""
    for match in OPEN_SECTION.finditer(text):
        if not is_inside(code, match.start()):
            yield Edit(match.start(), match[0], "", XML.name, XML_CONFIDENCE)


def without_section_ends(text: str) -> Iterator[Edit]:
    """Yield an edit for each `]]>` at the end of a line in a text in which no section begins."""
    if CDATA_START not in text:
        for match in LONE_SECTION_END.finditer(text):
            yield Edit(match.start("mark"), CDATA_END, "", XML.name, XML_CONFIDENCE)


def _hidden_elements(text: str, code: Spans) -> Iterator[Edit]:
    """An edit for each piece that a board hid in the text: `<span style="display:none">% x* k</span>`."""
    if "jammer" not in text and "display" not in text and "font-size" not in text:
        return
    for match in HIDDEN_ELEMENT.finditer(text):
        if not is_inside(code, match.start()) and not is_quoted(text, *match.span()):
            yield Edit(match.start(), match[0], "", SPOILT_COPY.name, HIDDEN_CONFIDENCE)
