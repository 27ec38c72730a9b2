"""Decode HTML character references that still have their ampersand: `&quot;`, `&amp;#39;`, `& mdash;`, `What&rsquos`.

The character is kept as it was meant: `&quot;` becomes a straight quote, `&nbsp;` a no-break space.
"""

import regex

from pipeline.stages.entities.entity_names import character
from pipeline.stages.entities.json_escapes import is_in_program
from pipeline.stages.entities.mentions import is_mentioned
from pipeline.stages.entities.rules import ESCAPED_AGAIN, INTACT, TORN
from pipeline.stages.entities.suspect_lines import SuspectLine
from pipeline.text.edits import Edit

AMPERSAND_PATTERN = r"(?:[&＆﹠]|\\{1,2}u0026|(?<![A-Za-z])u0026(?=[a-z\#])|%%(?=(?:amp;)*(?:[a-z]{2,6}|\#\d{2,5});))"
"""An ampersand, its JSON escape with or without the backslash, or two signs that a template put in its place."""
AMPERSAND = regex.compile(AMPERSAND_PATTERN)
REFERENCE = regex.compile(
    AMPERSAND_PATTERN
    + r"""
    (?P<again>(?:
        (?:amp|\#0{0,3}38|\#[xX]0{0,3}26)[;；]                         # the amp; of &amp;quot;
       |a;(?=(?:\#\d{1,5}|\#x[\da-fA-F]{1,4}|[A-Za-z]{2,8});)          # Angular: &a;nbsp;
       |amp(?=(?:\#\d{2,5}|\#x[\da-fA-F]{2,4}|[lr][sd]quo|[mn]dash
              |hellip|nbsp|quot|apos)[;；])                            # &amp#39;
    )*+)
    (?:(?P<reference>[\#＃]\d{1,7}                                     # 39
       |[\#＃][xX][\da-fA-F]{1,6}                                      # x27
       |[A-Za-z][A-Za-z\d]{1,31})[;；])?                               # quot
    """,
    regex.VERBOSE,
)
TORN_REFERENCE = regex.compile(
    r"""
    (?P<space>[ ]?)(?:
      (?P<name>[lr][sd]quo|[mn]dash|hellip|nbsp|quot|amp)[ ]?;                          # & mdash ;
      |(?P<open>[lr][sd]quo|[mn]dash|hellip|nbsp|quot|amp)
         (?=s\b|t\b|re\b|ve\b|ll\b|[^\w;=]|$)                                           # What&rsquos
      |(?P<attached>(?:[lr][sd]quo|[mn]dash|hellip|nbsp|quot)
         (?=[\p{L}\d])(?![A-Za-z\d_]{0,20}[;=(\[]))                                     # &ldquoCome
      |(?P<letter>
         (?:[aeiouAEIOU](?:grave|acute|circ|uml)|[aonAON]tilde|[cC]cedil|[aA]ring|[oO]slash|[aA]elig|szlig)
         (?![A-Za-z]{0,20}[;=]))                                                        # caf&eacute
      |(?P<initial>(?<=[A-Z]&)amp(?=[A-Z]\b))                                           # R&ampD
      |(?P<number>\#(?:3[49]|14[5-8]|15[01]|82(?:11|12|16|17|20|21|30)
         |[xX](?:2[27]|20(?:1[3489cdCD]|26))))(?:[ ]?;|(?![\da-fA-F]))                  # port&#39s
    )
    """,
    regex.VERBOSE,
)
TORN_GROUPS = ("name", "open", "attached", "letter", "initial", "number")
OPENING_QUOTES, CLOSING_QUOTES = "“‘", "”’"
CONTRACTION = regex.compile(r"(?:s|t|re|ve|ll|d|m)(?=[\s,.;:!?)]|$)")
SPACED_CONTRACTION = regex.compile(r" (?=(?:s|t|re|ve|ll|d|m)\b)")
SIGNS_OF_AMPERSAND = ("amp", "38", "26")
"""One of these is in each `amp;`, `#38;` or `#x26;`."""

INTACT_CONFIDENCE = 0.98
"""A reference with ampersand and semicolon. What is left is a text about entities that `is_mentioned` misses."""
TORN_CONFIDENCE = 0.95
LINK_CONFIDENCE = 0.95
"""`&amp;` in an address: a server may also accept it as it is."""


def repaired_reference(line: SuspectLine, start: int) -> Edit | None:
    """The edit for the reference whose ampersand is at `start` of the line; None if it is none or is mentioned."""
    text = line.text
    match = REFERENCE.match(text, start)
    if match is None or line.in_code(start):
        return None
    again, reference = match["again"], match["reference"]
    new = character(reference) if reference else None
    if line.in_link(start):
        # An address needs no other entity. In `&copy=2` copy is the name of a field.
        is_ampersand = again and not new
        return line.edit(start, match.end("again"), "&", INTACT, LINK_CONFIDENCE) if is_ampersand else None
    if new is None and not (reference and again) and (torn := torn_reference(line, start, match.end("again"))):
        return None if is_mentioned(text, start, start + len(torn.old)) else torn
    is_escape = text[start] in "\\u"
    end = match.end()
    if new is None:
        if not (again or is_escape):
            return None
        new, end = "&", match.end("again")
    if is_mentioned(text, start, end) or (is_escape and is_in_program(line, start, end)):
        return None
    rule = ESCAPED_AGAIN if _is_escaped_again(again, reference, new) else INTACT
    return line.edit(*_with_spaces_of_token(text, start, end, new), new, rule, INTACT_CONFIDENCE)


def _is_escaped_again(again: str, reference: str | None, new: str) -> bool:
    """Whether an escaped ampersand precedes another reference or another escaped ampersand."""
    return bool(again and reference and new != "&") or sum(map(again.count, SIGNS_OF_AMPERSAND)) > 1


def _with_spaces_of_token(text: str, start: int, end: int, new: str) -> tuple[int, int]:
    """The span with the spaces that a tokenizer put around an apostrophe: `the ferry &#39;s`, `it &#39; s`."""
    if new in ("'", "’") and text[start - 1 : start] == " " and text[max(0, start - 2) : start - 1].isalpha():
        if CONTRACTION.match(text, end):
            return start - 1, end
        if SPACED_CONTRACTION.match(text, end):
            return start - 1, end + 1
    return start, end


def torn_reference(line: SuspectLine, start: int, end: int) -> Edit | None:
    """The edit for a reference with a space or without its semicolon: `& rsquo; s`, `& mdash;`, `What&rsquos`.

    `start` is the offset of the ampersand, `end` the offset after it.
    """
    text = line.text
    match = TORN_REFERENCE.match(text, end)
    if match is None or (match["space"] and _is_too_loose(match)):
        return None
    new = character(next(filter(None, match.group(*TORN_GROUPS))))
    if new is None:
        return None
    stop = match.end()
    if match["space"]:
        contraction = SPACED_CONTRACTION.match(text, stop)
        closes = new in CLOSING_QUOTES
        if match["number"]:
            is_alone = text[start - 1 : start].strip() == text[stop : stop + 1].strip() == ""
            if is_alone and not contraction:
                return None
            closes = closes or (new == "'" and bool(contraction or CONTRACTION.match(text, stop)))
        closes = closes or (new == '"' and line.closes_torn_quote(start))
        if new in OPENING_QUOTES or (new == '"' and line.opens_torn_quote(start)):
            stop += text[stop : stop + 1] == " "
        elif closes:
            start -= text[start - 1 : start] == " " and start > 1
            stop += bool(contraction)
    return line.edit(start, stop, new, TORN, TORN_CONFIDENCE)


def _is_too_loose(match: regex.Match[str]) -> bool:
    """Whether a reference with a space after its ampersand has no semicolon: `black & white`."""
    return not (match["name"] or (match["number"] and match[0].endswith(";")))
