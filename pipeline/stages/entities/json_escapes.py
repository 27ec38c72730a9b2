"""JSON escapes that nobody decoded, for the repair `entities`: `the boat\\u2019s bow`, and without backslash."""

from collections.abc import Callable, Iterator

import regex

from pipeline.ledger import Edit
from pipeline.stage import Rule
from pipeline.stages.entities.lost_entities import SUFFIX
from pipeline.stages.entities.lost_marks import Place, inside

ESCAPE = Rule(
    "entities.escape",
    "a JSON escape that was not decoded, with or without its backslash",
    acts=(r"the boat\u2019s bow", "we couldnu2019t", "Ru0026D"),
    spares=("The sign U+2019 (also u2019)", "menu2019 and u2014", "`\\u2019`"),
)

LETTERED = regex.compile(
    r"(?<!\\)(?:\\{1,2}u(?P<hex>20[0-2][\da-fA-F]|00(?:2[267]|[a-fA-F][\da-fA-F]))|u(?P<bare>20(?:1[3489cd]|26)|002[67]))"
)
NEAR = 600
"""Characters within which the other half of a pair must be."""
APOSTROPHES = frozenset({"2019", "0027"})


def repaired_escapes(place: Place, taken: list[tuple[int, int]], about: Callable[[int, int], bool]) -> Iterator[Edit]:
    r"""JSON escapes in prose: `the boat\u2019s`, `couldnu2019t`, `Ru0026D`; `u2019` alone may name a sign."""
    line = place.text
    for match in LETTERED.finditer(line):
        start, end = match.span()
        if place.in_code(start) or place.in_link(start) or inside(taken, start) or about(start, end):
            continue
        before, after = line[start - 1 : start] if start else "", line[end : end + 1]
        if match["hex"]:
            if before not in (":", "/") and after not in ("\\", "/"):
                yield Edit(place.start + start, match[0], chr(int(match["hex"], 16)), ESCAPE.name, 0.96)
        elif fits_bare(line, start, end, match["bare"]):
            yield Edit(place.start + start, match[0], chr(int(match["bare"], 16)), ESCAPE.name, 0.93)


def fits_bare(line: str, start: int, end: int, code: str) -> bool:
    """Whether an escape without backslash stands where only that character can."""
    before, after = line[start - 1 : start] if start else "", line[end : end + 1]
    if code in APOSTROPHES:
        return before.isalpha() and (
            bool(SUFFIX.match(line, end)) or (before == "s" and line[start - 2 : start - 1].isalpha() and after == " ")
        )
    if code in ("2013", "2014"):
        return before.islower() and after.islower()
    if code == "0026":
        return (before.isupper() and after.isupper()) or (
            before == after == " " and line[start - 2 : start - 1].isalnum() and line[end + 1 : end + 2].isalnum()
        )
    if code in ("201c", "2018"):
        return not before.isalnum() and after.isalpha() and closing(code) in line[end : end + NEAR]
    if code == "201d":
        return (
            bool(before)
            and not before.isspace()
            and not after.isalnum()
            and "u201c" in line[max(0, start - NEAR) : start]
        )
    return code == "2026" and before.isalpha() and not after.isalnum()


def closing(code: str) -> str:
    """The escape that closes what this one opens."""
    return {"201c": "u201d", "2018": "u2019"}[code]
