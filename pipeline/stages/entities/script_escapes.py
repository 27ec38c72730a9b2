"""Decode escapes of spreadsheets and of scripts: `_x000D_` of Excel, `%u2019` of JavaScript.

Office Open XML writes `_xHHHH_` for a character that XML cannot contain (ECMA-376, ST_Xstring). The old function
`escape` of JavaScript wrote `%uHHHH` (ECMA-262, annex B).
"""

from collections.abc import Iterator, Sequence

import regex

from pipeline.stages.entities.mentions import is_mentioned
from pipeline.stages.entities.rules import SCRIPT_ESCAPE, SPREADSHEET_ESCAPE
from pipeline.stages.entities.suspect_lines import SuspectLine
from pipeline.text.edits import Edit

SPREADSHEET_PATTERN = regex.compile(r"_x([\da-fA-F]{4})_")
SCRIPT_PATTERN = regex.compile(r"(?:%u[\da-fA-F]{4})+")
LATIN_PATTERN = regex.compile(r"%([C-Fc-f][\da-fA-F])(?![\da-fA-F]*%[89A-Ba-b])")
"""A letter of Latin-1 as the same function wrote it; bytes of UTF-8 have others after them."""
CODE_UNIT = regex.compile(r"%u([\da-fA-F]{4})")
TAB, LINE_FEED, CARRIAGE_RETURN = 0x09, 0x0A, 0x0D
PUNCTUATION = range(0x2010, 0x2040)
"""Dashes, quotation marks and the ellipsis."""
HAN = range(0x4E00, 0xA000)
EAST_ASIAN = range(0x2E80, 0xA000)
FIRST_COMPATIBILITY_FORM = 0xFE30
"""From here on: forms for vertical text, small and full-width forms."""
SURROGATE_OR_PRIVATE = range(0xD800, 0xF900)

RETURN_CONFIDENCE, TAB_CONFIDENCE, CHARACTER_CONFIDENCE = 0.97, 0.95, 0.93
"""`_x000D_` is in no word; four digits between underscores may be part of a name."""
SCRIPT_CONFIDENCE = 0.93


def repaired_spreadsheet_escapes(line: SuspectLine) -> Iterator[Edit]:
    """Decode `_x000D_` and the like. A return at the start or end of a line is removed, within it a line end."""
    text = line.text
    first, last = len(text) - len(text.lstrip()) + 1, len(text.rstrip()) - 1
    for match in SPREADSHEET_PATTERN.finditer(text):
        start, end = match.span()
        if line.in_code(start) or line.in_link(start) or is_mentioned(text, start, end):
            continue
        code = int(match[1], 16)
        if code in (CARRIAGE_RETURN, LINE_FEED):
            is_between_spaces = (not start or text[start - 1].isspace()) and line.after(end) == " "
            if not is_between_spaces:
                new = "\n" if first <= start and end <= last else ""
                yield line.edit(start, end, new, SPREADSHEET_ESCAPE, RETURN_CONFIDENCE)
        elif code == TAB:
            yield line.edit(start, end, "\t", SPREADSHEET_ESCAPE, TAB_CONFIDENCE)
        elif code in PUNCTUATION or code in HAN:
            yield line.edit(start, end, chr(code), SPREADSHEET_ESCAPE, CHARACTER_CONFIDENCE)


def repaired_script_escapes(line: SuspectLine) -> Iterator[Edit]:
    """Decode `don%u2019t`, `%u201CGo%u201D` and runs of Chinese. After a digit the sign is a percentage."""
    has_escape = False
    for match in SCRIPT_PATTERN.finditer(line.text):
        start, end = match.span()
        codes = [int(unit, 16) for unit in CODE_UNIT.findall(match[0])]
        if not _has_other_use(line, start, end) and _is_prose(line, start, end, codes):
            has_escape = True
            yield line.edit(start, end, "".join(map(chr, codes)), SCRIPT_ESCAPE, SCRIPT_CONFIDENCE)
    if has_escape:
        yield from repaired_latin_letters(line)


def repaired_latin_letters(line: SuspectLine) -> Iterator[Edit]:
    """Decode `d%E9termin%E9e` in a line that has `n%u2019a`: alone, the sign is a percentage or part of an address."""
    text = line.text
    for match in LATIN_PATTERN.finditer(text):
        start, end = match.span()
        letter = chr(int(match[1], 16))
        touches = line.before(start).isalpha() or line.after(end).isalpha()
        if letter.isalpha() and touches and not _has_other_use(line, start, end) and not line.in_program(start, end):
            yield line.edit(start, end, letter, SCRIPT_ESCAPE, SCRIPT_CONFIDENCE)


def _has_other_use(line: SuspectLine, start: int, end: int) -> bool:
    """Whether this is code, part of an address, a percentage or a query, or is only mentioned."""
    before, after = line.before(start), line.after(end)
    if line.in_code(start) or line.in_link(start) or before.isdigit() or before == "=" or after == "%":
        return True
    return is_mentioned(line.text, start, end)


def _is_prose(line: SuspectLine, start: int, end: int, codes: Sequence[int]) -> bool:
    """Whether the characters are punctuation next to a word, or East Asian."""
    before, after = line.before(start), line.after(end)
    if all(code in PUNCTUATION for code in codes):
        fits = bool(before.strip() or after.strip())
    else:
        fits = all(map(_is_east_asian_text, codes))
    is_format = len(codes) == 1 and after == " " and before.isspace()  # printf("%u2019 things")
    return fits and not is_format and not line.in_program(start, end)


def _is_east_asian_text(code: int) -> bool:
    if code in SURROGATE_OR_PRIVATE:
        return False
    return code in EAST_ASIAN or code in PUNCTUATION or code >= FIRST_COMPATIBILITY_FORM
