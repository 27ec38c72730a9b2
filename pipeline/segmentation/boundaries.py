"""Runs of letters, and the marks of a token at which a space may be missing: `history.The`, `(GSI)and`, `In2022`."""

from functools import lru_cache

import regex

LATIN_LETTERS = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ"
"""The letters of Latin script; `[^\\W\\d_]` would match Chinese too."""
LATIN_LETTER = f"[{LATIN_LETTERS}]"
LETTER_RUN = regex.compile(rf"{LATIN_LETTER}++(?:['’]{LATIN_LETTER}++)*+")
"""Letters without anything between them but apostrophes."""
CAMEL_WORD = regex.compile(r"\p{Lu}\P{Lu}*+|\P{Lu}++")
"""What each capital of a run begins: `query`, `Selector`."""

MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
SPACE_AFTER = regex.compile(
    r"[A-Za-z.]\d{1,2},(?=(?:1[5-9]|20)\d\d(?!\d))"
    rf"|(?<=\d)[–—](?=\d{{1,2}}(?:{MONTHS}))|\d(?=[–—]\d{{1,2}}(?:{MONTHS}))"
    r"|(?<=[A-Z]\.[A-Z]\.)(?=[A-Z][a-z])|(?<=[a-z][A-Z]\.)(?=[A-Z][a-z])|\w(?=\$)"
    rf"|[{LATIN_LETTERS}0-9’'\"”)\]][,;:!?…][\"”’)]?(?=[\"“‘(]?{LATIN_LETTER})|{LATIN_LETTER}{{2}}[\"”’)]?\.[\"”)]?(?=[\"“(]?[A-Z0-9])"
    rf"|[)\]”](?=\w)|\w(?=[(\[“])|\w,(?=\d)(?<!\d,)|{LATIN_LETTER}{{2}}(?=\d)|\d(?={LATIN_LETTER}{{3}})|%(?={LATIN_LETTER})"
    rf"|\d(?=(?:is|as|at|in|to|by|of|on|or)(?!{LATIN_LETTER}))|^a(?=\d)|^\d{{1,2}},(?=(?:1[5-9]|20)\d\d(?!\d))|^[,;…]+(?={LATIN_LETTER})|[.…](?={LATIN_LETTER})(?<=\.\.\.)"
    rf"|{LATIN_LETTER}[\"](?={LATIN_LETTER})"
)
"""Behind each match a space is usual."""
DOTTED_LOWERCASE = regex.compile(r"[a-z]\.[a-z]+\.[a-z]|^[a-z]{1,5}\.[a-z]+[^a-z]*$")
DASHES = frozenset("-–—")
CLOSING_MARKS = frozenset('.,;:!?…"”)]')
OPENING_MARKS = frozenset("\"“([‘'")


@lru_cache(maxsize=1 << 14)
def usual_boundaries(part: str, *, quoted: bool = False) -> frozenset[int]:
    """Where a space is usual at the marks of a part; of straight quotes every other one opens.

    In a part that begins `quoted`, behind a quote of its line that was opened, the first one closes.
    """
    if part.isalpha():
        return frozenset()
    found = {match.end() for match in SPACE_AFTER.finditer(part, overlapped=True)}
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
def possible_boundaries(part: str) -> tuple[int, ...]:
    """The places in a part outside its runs, or at a change of case, where a space may be missing."""
    if part.isalpha() and part.islower():
        return ()
    found = set(usual_boundaries(part))
    dotted = DOTTED_LOWERCASE.search(part) is not None
    for at in range(1, len(part)):
        left, right = part[at - 1], part[at]
        if (
            (left.islower() and right.isupper())
            or (left in DASHES and right not in DASHES and part[:at].strip("-–—") == "")
            or (left not in DASHES and right in DASHES and part[at:].strip("-–—") == "")
            or (left in CLOSING_MARKS and (right.isalpha() or right in OPENING_MARKS))
            or (left.isdigit() != right.isdigit() and (left.isalpha() or right.isalpha()))
        ):
            found.add(at)
    return tuple(sorted(at for at in found if not (dotted and part[at - 1] == "." and part[at].islower())))
