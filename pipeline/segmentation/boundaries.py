"""Runs of letters, and the marks of a token at which a space may be missing: `history.The`, `(GSI)and`, `In2022`."""

from functools import lru_cache

import regex

LETTERS = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ"
"""The letters of Latin script; `[^\\W\\d_]` would match Chinese too."""
LETTER = f"[{LETTERS}]"
RUN = regex.compile(rf"{LETTER}++(?:['’]{LETTER}++)*+")
"""Letters without anything between them but apostrophes."""
HUMP = regex.compile(r"\p{Lu}\P{Lu}*+|\P{Lu}++")
"""What each capital of a run begins: `query`, `Selector`."""

MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
AT_MARKS = regex.compile(
    r"[A-Za-z.]\d{1,2},(?=(?:1[5-9]|20)\d\d(?!\d))"
    rf"|(?<=\d)[–—](?=\d{{1,2}}(?:{MONTHS}))|\d(?=[–—]\d{{1,2}}(?:{MONTHS}))"
    r"|(?<=[A-Z]\.[A-Z]\.)(?=[A-Z][a-z])|(?<=[a-z][A-Z]\.)(?=[A-Z][a-z])|\w(?=\$)"
    rf"|[{LETTERS}0-9’'\"”)\]][,;:!?…][\"”’)]?(?=[\"“‘(]?{LETTER})|{LETTER}{{2}}[\"”’)]?\.[\"”)]?(?=[\"“(]?[A-Z0-9])"
    rf"|[)\]”](?=\w)|\w(?=[(\[“])|\w,(?=\d)(?<!\d,)|{LETTER}{{2}}(?=\d)|\d(?={LETTER}{{3}})|%(?={LETTER})"
    rf"|\d(?=(?:is|as|at|in|to|by|of|on|or)(?!{LETTER}))|^a(?=\d)|^\d{{1,2}},(?=(?:1[5-9]|20)\d\d(?!\d))|^[,;…]+(?={LETTER})|[.…](?={LETTER})(?<=\.\.\.)"
    rf"|{LETTER}[\"](?={LETTER})"
)
"""Behind each match a space is usual."""
ABBREVIATED = regex.compile(r"[a-z]\.[a-z]+\.[a-z]|^[a-z]{1,5}\.[a-z]+[^a-z]*$")
DASHES = frozenset("-–—")
ENDING = frozenset('.,;:!?…"”)]')
BEGINNING = frozenset("\"“([‘'")


@lru_cache(maxsize=1 << 14)
def usual(part: str, *, quoted: bool = False) -> frozenset[int]:
    """Where a space is usual at the marks of a part; of straight quotes every other one opens.

    In a part that begins `quoted`, behind a quote of its line that was opened, the first one closes.
    """
    if part.isalpha():
        return frozenset()
    found = {match.end() for match in AT_MARKS.finditer(part, overlapped=True)}
    closing = quoted
    for at, mark in enumerate(part):
        if mark != '"':
            continue
        if not closing:
            if at and part[at - 1] not in "([—-":
                found.add(at)
            found.discard(at + 1)
        else:
            found.discard(at)
            if part[at + 1 : at + 2].isalnum() or part[at + 1 : at + 2] == "(":
                found.add(at + 1)
        closing = not closing
    return frozenset(at for at in found if 0 < at < len(part))


@lru_cache(maxsize=1 << 14)
def at_marks(part: str) -> tuple[int, ...]:
    """The places in a part outside its runs, or at a change of case, where a space may be missing."""
    if part.isalpha() and part.islower():
        return ()
    found = set(usual(part))
    dotted = ABBREVIATED.search(part) is not None
    for at in range(1, len(part)):
        left, right = part[at - 1], part[at]
        if (
            (left.islower() and right.isupper())
            or (left in DASHES and right not in DASHES and part[:at].strip("-–—") == "")
            or (left not in DASHES and right in DASHES and part[at:].strip("-–—") == "")
            or (left in ENDING and (right.isalpha() or right in BEGINNING))
            or (left.isdigit() != right.isdigit() and (left.isalpha() or right.isalpha()))
        ):
            found.add(at)
    return tuple(sorted(at for at in found if not (dotted and part[at - 1] == "." and part[at].islower())))
