r"""Decode JSON escapes: `the boat\u2019s bow`, `https:\/\/`, `\"no\"`.

A backslash may be part of a path, a formula or a pattern. So an escape is decoded only where nothing but its character
can be.
"""

import re
from collections.abc import Iterator

import regex

from pipeline.stages.entities.mentions import is_mentioned
from pipeline.stages.entities.rules import ESCAPED_LINE_END, ESCAPED_SLASH, JSON_ESCAPE
from pipeline.stages.entities.suspect_lines import PROGRAM_SIGN, SuspectLine
from pipeline.stages.non_prose.code_marks import Spans, is_inside
from pipeline.text.edits import Edit

UNICODE_ESCAPE = regex.compile(
    r"""
    (?<!\\)(?:
      \\{1,2}u(?P<hex>20[0-2][\da-fA-F]                                          # \u2019
        |00(?:2[267]|[a-fA-F][\da-fA-F])                                         # \u0026, \u00e9
        |(?:30[01]|[fF]{2}[01])[\da-fA-F](?!\\))                                 # \u3002, \uff0c
      |(?P<surrogates>(?:\\{1,2}u[dD][89abAB][\da-fA-F]{2}
                         \\{1,2}u[dD][c-fC-F][\da-fA-F]{2})+)                    # \ud83d\ude00
      |(?P<run>\\{1,2}u(?:[2-9][\da-fA-F]|[fF][eEfF])[\da-fA-F]{2}
           (?:\\{1,2}u(?:[2-9][\da-fA-F]|[fF][eEfF])[\da-fA-F]{2})+)             # \u6d4b\u8bd5
      |(?P<lone>\\{1,2}u(?:3[4-9a-fA-F]|[4-9][\da-fA-F])[\da-fA-F]{2}))          # :\u60a8
    """,
    regex.VERBOSE,
)
CODE_UNIT = regex.compile(r"u([\da-fA-F]{4})")
JSON_TOKEN = re.compile(r"[^\s\"'“”，。（）<>]+")
OTHER_SLASH = re.compile(r"(?<!\\)/|\\(?!/)|[*^$|+]")
"""In a token with one of these, `\\/` is part of a pattern or a path."""
SLASH_ESCAPE = re.compile(r"\\/")
QUOTE_ESCAPE = regex.compile(r'\\"')
NO_JSON = regex.compile(r"\\(?![\"'/nrt]|u[\da-fA-F]{4})|\$[@{A-Za-z]")
"""Escapes that JSON does not know, and variables of a shell."""
BEFORE_OPENING_QUOTE = regex.compile(r"(?:^|[\s(\[（“‘—–:：,，。])$")
AFTER_CLOSING_QUOTE = regex.compile(r"(?:$|[\s,.;:!?)\]，。；：！？）”’—–])")
LINE_END_ESCAPE = regex.compile(
    r"""
    (?: (?<=[.!?。！？”’…:：)）])                           # It rained.
        (?:\\r)?(?:\\n)(?:(?:\\r)?\\n)*                     # \r\n\n
        (?=[ \N{IDEOGRAPHIC SPACE}]{0,4}[\p{Lu}\p{Han}“"‘「（(\d-])  # We left.
      | (?<=[\d\p{Han}])(?:\\r)?(?:\\n)(?:(?:\\r)?\\n)*(?=[\N{IDEOGRAPHIC SPACE}]{0,4}\p{Han}) )   # 08.27\n灯塔
    """,
    regex.VERBOSE,
)
CODE_POINT = re.compile(r"\bU\+[\dA-F]{4}")
"""A line with a code point writes about characters and their escapes."""
PATH_BEFORE = regex.compile(r"(?:^|[\s(\"'])(?:[A-Za-z]:\\|\\\\\w)[^\s\";]{0,60}$")
MAX_PATH_CHARS = 60
INDENTED_STRING = regex.compile(r"\s{4,}[rbu]?([\"'])[^\n]*\1[,;)]{0,3}\s*$")
"""An indented string of a program that fills its line."""
PATTERN_BEFORE = frozenset({":", "/", "[", "-", "|", "^"})
"""Characters of a pattern or a path that precede an escape."""
PATTERN_AFTER = frozenset({"\\", "/", "*", "+", "?", "]"})
RANGE = "-\\"
RANGE_BEFORE = PATTERN_BEFORE - {":"}
"""`记者:` may precede an escape of Han characters."""
RANGE_AFTER = frozenset({"]", "-"})
IDEOGRAPHIC_SPACE = "\N{IDEOGRAPHIC SPACE}"
REPLACEMENT_CHARACTER = "\N{REPLACEMENT CHARACTER}"
MIN_LINE_END_ESCAPES = 2
"""Escaped line ends of a document that is a JSON string."""

UNICODE_CONFIDENCE = 0.96
RUN_CONFIDENCE = 0.95
"""Any two escapes of Han characters or of surrogates."""
ADDRESS_SLASH_CONFIDENCE, SLASH_CONFIDENCE = 0.95, 0.9
QUOTE_CONFIDENCE = 0.92
LINE_END_CONFIDENCE = 0.93


def is_json_string(text: str) -> bool:
    """Whether the document is a JSON string that was not decoded."""
    if "\\u20" in text or ":\\/\\/" in text or "<\\/" in text:
        return True
    if "\\r\\n" in text and LINE_END_ESCAPE.search(text):
        return True
    return "\\n" in text and len(LINE_END_ESCAPE.findall(text)) >= MIN_LINE_END_ESCAPES


def repaired_escapes(line: SuspectLine, edited: Spans, *, is_json: bool) -> Iterator[Edit]:
    """Yield the edits for JSON escapes in prose, outside the spans that are edited already.

    `is_json` says that the whole document is a JSON string, so that its escaped line ends are line ends too.
    """
    text = line.text
    if "u" in text:
        yield from _repaired_characters(line, edited)
    if "\\/" in text:
        yield from _repaired_slashes(line)
    if '\\"' in text:
        yield from _repaired_quotes(line)
    if is_json and "\\n" in text:
        yield from _repaired_line_ends(line)


def is_in_program(line: SuspectLine, start: int, end: int) -> bool:
    """Whether an escape is part of a program: a string of its own, in a path, or near a sign of a program."""
    text = line.text
    if PATH_BEFORE.search(text, max(0, start - MAX_PATH_CHARS), start):
        return True
    is_whole_string = text[start - 1 : start] in ("'", '"') and text[end : end + 1] in ("'", '"')
    return is_whole_string or INDENTED_STRING.match(text) is not None or line.in_program(start, end)


def _repaired_characters(line: SuspectLine, edited: Spans) -> Iterator[Edit]:
    r"""`the boat\u2019s`, `couldnu2019t`, `Ru0026D`; `u2019` alone may name a character."""
    if CODE_POINT.search(line.text):
        return
    has_run = any(match["run"] for match in UNICODE_ESCAPE.finditer(line.text))
    for match in UNICODE_ESCAPE.finditer(line.text):
        start, end = match.span()
        if line.in_code(start) or line.in_link(start) or is_inside(edited, start):
            continue
        if is_mentioned(line.text, start, end):
            continue
        if match["hex"]:
            if not _is_in_pattern(line, start, end) and not is_in_program(line, start, end):
                yield line.edit(start, end, chr(int(match["hex"], 16)), JSON_ESCAPE, UNICODE_CONFIDENCE)
        elif match["lone"] is None or has_run:
            new = _decoded_units(match[0])
            is_range = line.before(start) in RANGE_BEFORE or line.after(end) in RANGE_AFTER
            if _is_printable(new) and not is_range and not is_in_program(line, start, end):
                yield line.edit(start, end, new, JSON_ESCAPE, RUN_CONFIDENCE)


def _is_in_pattern(line: SuspectLine, start: int, end: int) -> bool:
    r"""Whether an escape is part of a pattern: `[\u4e00-\u9fa5]`."""
    is_followed = line.after(end) in PATTERN_AFTER or line.text[end : end + 2] == RANGE
    return is_followed or line.before(start) in PATTERN_BEFORE


def _decoded_units(escapes: str) -> str:
    """The characters of a run of escaped UTF-16 code units."""
    units = "".join(chr(int(unit, 16)) for unit in CODE_UNIT.findall(escapes))
    return units.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _is_printable(text: str) -> bool:
    return text.replace(IDEOGRAPHIC_SPACE, "").isprintable() and REPLACEMENT_CHARACTER not in text


def _repaired_slashes(line: SuspectLine) -> Iterator[Edit]:
    r"""`https:\/\/example.org\/a`, `and\/or`, `<\/p>`: every slash of the token is escaped, and nothing else."""
    text = line.text
    for match in JSON_TOKEN.finditer(text):
        token, at = match[0], match.start()
        if "\\/" not in token or line.in_code(at) or OTHER_SLASH.search(token) or is_mentioned(text, *match.span()):
            continue
        is_address = token.startswith(("http:\\/\\/", "https:\\/\\/"))
        for slash in SLASH_ESCAPE.finditer(text, at, match.end()):
            before, after = text[slash.start() - 1 : slash.start()], line.after(slash.end())
            is_tag = before == "<" and after.isalpha()
            is_between_words = before.isalnum() and after.isalnum()
            if is_address or is_tag or is_between_words:
                confidence = ADDRESS_SLASH_CONFIDENCE if is_address else SLASH_CONFIDENCE
                yield line.edit(*slash.span(), "/", ESCAPED_SLASH, confidence)


def _repaired_quotes(line: SuspectLine) -> Iterator[Edit]:
    r"""`He said \"no\" and left.`: in pairs, in a line without other straight quotes."""
    text = line.text
    quotes = list(QUOTE_ESCAPE.finditer(text))
    if len(quotes) % 2 or text.count('"') != len(quotes) or any(line.in_code(quote.start()) for quote in quotes):
        return
    if PROGRAM_SIGN.search(text.replace('\\"', "")) or NO_JSON.search(text):
        return
    are_pairs = all(_opens(line, quote) for quote in quotes[::2]) and all(
        _closes(line, quote) for quote in quotes[1::2]
    )
    if are_pairs:
        for quote in quotes:
            yield line.edit(*quote.span(), '"', ESCAPED_SLASH, QUOTE_CONFIDENCE)


def _opens(line: SuspectLine, quote: regex.Match[str]) -> bool:
    return bool(BEFORE_OPENING_QUOTE.search(line.before(quote.start())) and line.after(quote.end()).strip())


def _closes(line: SuspectLine, quote: regex.Match[str]) -> bool:
    return bool(AFTER_CLOSING_QUOTE.match(line.after(quote.end())) and line.before(quote.start()).strip())


def _repaired_line_ends(line: SuspectLine) -> Iterator[Edit]:
    r"""`It rained.\n\nWe left.`: after the end of a sentence, in a line that is no program."""
    text = line.text
    if text.count('"') != text.count('\\"') or PROGRAM_SIGN.search(text):
        return
    for match in LINE_END_ESCAPE.finditer(text):
        if not line.in_code(match.start()) and not is_mentioned(text, *match.span()):
            yield line.edit(*match.span(), "\n" * match[0].count("\\n"), ESCAPED_LINE_END, LINE_END_CONFIDENCE)
