"""Runs of letters, and the marks at which a space may be missing: `history.The`, `(GSI)and`, `In2022`."""

from collections.abc import Callable
from functools import lru_cache

import regex

from pipeline.lexicon.dates import month_abbreviations

LATIN_LETTERS = "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ"
"""The letters of Latin script, for a character class; `[^\\W\\d_]` would match Chinese too."""
LATIN_LETTER = f"[{LATIN_LETTERS}]"
LETTER_RUN = regex.compile(rf"{LATIN_LETTER}++(?:['’]{LATIN_LETTER}++)*+")
"""Letters with nothing but apostrophes between them."""
CAMEL_WORD = regex.compile(r"\p{Lu}\P{Lu}*+|\P{Lu}++")
"""The words of a run in camel case: `query`, `Selector`."""

_MONTH = f"(?:{'|'.join(month_abbreviations())})"
_MODERN_YEAR = r"(?:1[5-9]|20)\d\d(?!\d)"
SPACE_AFTER = regex.compile(
    rf"""
      [A-Za-z.]\d{{1,2}},(?={_MODERN_YEAR})                                  # August 15,|2008 in August15,2008
    | (?<=\d)[–—](?=\d{{1,2}}{_MONTH})                                # 5May–|6June
    | \d(?=[–—]\d{{1,2}}{_MONTH})                                     # 5|–6June
    | (?<=[A-Z]\.[A-Z]\.)(?=[A-Z][a-z])                               # U.S.|Steel
    | (?<=[a-z][A-Z]\.)(?=[A-Z][a-z])                                 # JohnF.|Kennedy
    | \w(?=\$)                                                        # about|$5
    | [{LATIN_LETTERS}0-9’'\"”)\]][,;:!?…][\"”’)]?(?=[\"“‘(]?{LATIN_LETTER})     # that,|under
    | {LATIN_LETTER}{{2}}[\"”’)]?\.[\"”)]?(?=[\"“(]?[A-Z0-9])         # history.|The
    | [)\]”](?=\w)                                                    # (GSI)|and
    | \w(?=[(\[“])                                                    # friends|(or
    | \w,(?=\d)(?<!\d,)                                               # May,|2008
    | {LATIN_LETTER}{{2}}(?=\d)                                       # In|2022
    | \d(?={LATIN_LETTER}{{3}})                                       # 2022|they
    | %(?={LATIN_LETTER})                                             # 80%|of
    | \d(?=(?:is|as|at|in|to|by|of|on|or)(?!{LATIN_LETTER}))          # 2022|is
    | ^a(?=\d)                                                        # a|5
    | ^\d{{1,2}},(?={_MODERN_YEAR})                                          # 15,|2008
    | ^[,;…]+(?={LATIN_LETTER})                                       # ,|under
    | [.…](?={LATIN_LETTER})(?<=\.\.\.)                               # well...|yes
    | {LATIN_LETTER}[\"](?={LATIN_LETTER})                            # Trial"|and
    """,
    regex.VERBOSE,
)
"""After each match a space is usual; `|` marks the place in the examples."""
DOTTED_LOWERCASE = regex.compile(r"[a-z]\.[a-z]+\.[a-z]|^[a-z]{1,5}\.[a-z]+[^a-z]*$")
"""`a.k.a`, `example.com,`: a full stop before a small letter ends no sentence."""
DASHES = frozenset("-–—")
DASH_CHARACTERS = "-–—"
CLOSING_MARKS = frozenset('.,;:!?…"”)]')
OPENING_MARKS = frozenset("\"“([‘'")


@lru_cache(maxsize=1 << 14)
def usual_boundaries(part: str, *, quoted: bool = False) -> frozenset[int]:
    """The offsets in a part where a space is usual because of the marks.

    Straight quotation marks open and close in turn. In a part that begins `quoted`, inside a quotation of its line, the
    first one closes.
    """
    if part.isalpha():
        return frozenset()
    offsets = {match.end() for match in SPACE_AFTER.finditer(part, overlapped=True)}
    closing = quoted
    for at, mark in enumerate(part):
        if mark != '"':
            continue
        if not closing:
            if at and part[at - 1] not in "([—-":
                offsets.add(at)
            offsets.discard(at + 1)
        else:
            offsets.discard(at)
            if part[at + 1 : at + 2].isalnum() or part[at + 1 : at + 2] == "(":
                offsets.add(at + 1)
        closing = not closing
    return frozenset(at for at in offsets if 0 < at < len(part))


def _is_case_change(part: str, at: int) -> bool:
    """`the|Global`."""
    return part[at - 1].islower() and part[at].isupper()


def _is_after_leading_dash(part: str, at: int) -> bool:
    """`–|and`."""
    return part[at - 1] in DASHES and part[at] not in DASHES and not part[:at].strip(DASH_CHARACTERS)


def _is_before_trailing_dash(part: str, at: int) -> bool:
    """`well|–`."""
    return part[at - 1] not in DASHES and part[at] in DASHES and not part[at:].strip(DASH_CHARACTERS)


def _is_after_closing_mark(part: str, at: int) -> bool:
    """`her?|How`."""
    return part[at - 1] in CLOSING_MARKS and (part[at].isalpha() or part[at] in OPENING_MARKS)


def _is_beside_figure(part: str, at: int) -> bool:
    """`In|2022`."""
    left, right = part[at - 1], part[at]
    return left.isdigit() != right.isdigit() and (left.isalpha() or right.isalpha())


BOUNDARIES: tuple[Callable[[str, int], bool], ...] = (
    _is_case_change,
    _is_after_leading_dash,
    _is_before_trailing_dash,
    _is_after_closing_mark,
    _is_beside_figure,
)
"""Where a space may be missing in a part, besides the usual places."""


@lru_cache(maxsize=1 << 14)
def possible_boundaries(part: str) -> tuple[int, ...]:
    """The offsets in a part, at marks, figures and changes of case, where a space may be missing."""
    if part.isalpha() and part.islower():
        return ()
    offsets = set(usual_boundaries(part))
    offsets.update(at for at in range(1, len(part)) if any(holds(part, at) for holds in BOUNDARIES))
    if DOTTED_LOWERCASE.search(part):
        offsets = {at for at in offsets if part[at - 1] != "." or not part[at].islower()}
    return tuple(sorted(offsets))
