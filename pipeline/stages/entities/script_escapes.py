"""Escapes of spreadsheets and of scripts, for the repair `entities`: `_x000D_` of Excel, `%u2019` of JavaScript.

`_xHHHH_` is what Office Open XML writes for a character that XML cannot hold (ECMA-376, ST_Xstring); `%uHHHH` is what
the old function `escape` wrote (ECMA-262, annex B).
"""

from collections.abc import Callable, Iterator

import regex

from pipeline.model.stage import Rule
from pipeline.stages.entities.lost_candidates import Place
from pipeline.text.edits import Edit

SPREADSHEET = Rule(
    "entities.spreadsheet-escape",
    "a character that a spreadsheet escaped",
    acts=("One line._x000D_\nAnother.", "One line._x000D_Another.", "It don_x2019_t matter."),
    spares=("the sequence _x000D_ means a return", "my_x1234_name", "`_x000D_`"),
)
SCRIPT = Rule(
    "entities.script-escape",
    "a character that a script escaped",
    acts=("It don%u2019t matter.", "%u201CGo,%u201D she said.", "%u6D4B%u8BD5"),
    spares=("printf %u2019 things", "x.org/?q=%u2019s", "at 20%u2014so they say"),
)
SCRIPT_RULES = (SPREADSHEET, SCRIPT)

FIELD = regex.compile(r"_x([\da-fA-F]{4})_")
PERCENT = regex.compile(r"(?:%u[\da-fA-F]{4})+")
UNIT = regex.compile(r"%u([\da-fA-F]{4})")
MARKS = range(0x2010, 0x2040)


def repaired_fields(place: Place, about: Callable[[int, int], bool]) -> Iterator[Edit]:
    """`_x000D_` at the end of a line goes, within a line it is a line end; letters and marks become themselves."""
    line = place.text
    first, last = len(line) - len(line.lstrip()) + 1, len(line.rstrip()) - 1
    for match in FIELD.finditer(line):
        start, end = match.span()
        if place.in_code(start) or place.in_link(start) or about(start, end):
            continue
        code, old = int(match[1], 16), match[0]
        if code in (0x0D, 0x0A):
            alone = (not start or line[start - 1].isspace()) and line[end : end + 1] == " "
            if not alone:
                new = "\n" if first <= start and end <= last else ""
                yield Edit(place.start + start, old, new, SPREADSHEET.name, 0.97)
        elif code == 9:
            yield Edit(place.start + start, old, "\t", SPREADSHEET.name, 0.95)
        elif code in MARKS or 0x4E00 <= code <= 0x9FFF:
            yield Edit(place.start + start, old, chr(code), SPREADSHEET.name, 0.93)


def repaired_percents(place: Place, about: Callable[[int, int], bool]) -> Iterator[Edit]:
    """`don%u2019t`, `%u201CGo%u201D`, and runs of Chinese; a number before the sign makes it a percentage."""
    line = place.text
    for match in PERCENT.finditer(line):
        start, end = match.span()
        before, after = line[start - 1 : start] if start else "", line[end : end + 1]
        if (
            place.in_code(start)
            or place.in_link(start)
            or before.isdigit()
            or before == "="
            or after == "%"
            or about(start, end)
        ):
            continue
        codes = [int(unit, 16) for unit in UNIT.findall(match[0])]
        if all(code in MARKS for code in codes):
            fits = bool(before.strip() or after.strip())
        else:
            fits = all(0x2E80 <= code <= 0x9FFF or code >= 0xFE30 or code in MARKS for code in codes)
        if fits and all(not 0xD800 <= code <= 0xF8FF for code in codes) and not place.in_program(start, end):
            new = "".join(map(chr, codes))
            # A format such as `%u2019 things` has a blank on both sides.
            if after != " " or not before.isspace() or len(codes) > 1:
                yield Edit(place.start + start, match[0], new, SCRIPT.name, 0.93)
