"""Remove shortcodes of WordPress and of page builders: `[vc_row][vc_column_text]The tide[/vc_column_text][/vc_row]`.

The shortcodes and what tells them from words in brackets are in `shortcodes.tsv`. What they enclose stays.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal

import msgspec
import regex

from pipeline.lexicon import lists
from pipeline.stages.markup.rules import SHORTCODE
from pipeline.text.edits import Edit

VALUES = r"""
    (?:\s{1,3}[\w-]{1,40}=(?:"[^"\[\]\n]{0,1000}+"|'[^'\[\]\n]{0,1000}+'        # ids="1,2"
       |[”“″″][^"”“″\[\]\n]{0,1000}+[”“″]|[^\s"'”“″\[\]]{1,200}+)){1,40}+
"""
"""Values of a shortcode. WordPress itself makes curly quotation marks of straight ones."""
SHORTCODE_CONFIDENCE = 0.95
"""A known name with what it needs."""

Needs = Literal["nothing", "values", "pair"]
"""What tells a shortcode from a word in brackets."""


class Shortcode(msgspec.Struct, frozen=True):
    """What is known of a shortcode. See `shortcodes.tsv`."""

    needs: Needs
    separates: Literal["lines", "nothing"]


@cache
def shortcodes() -> dict[str, Shortcode]:
    """The known shortcodes by name; a name that ends with `*` stands for all that begin so."""
    rows = lists.table(__package__, "shortcodes.tsv")
    return {name: msgspec.convert({"needs": needs, "separates": sep}, Shortcode) for name, needs, sep in rows}


@cache
def shortcode_pattern() -> regex.Pattern[str]:
    """An opening or a closing shortcode."""
    names = "|".join(
        f"(?P<{'family' if name.endswith('*') else 'single'}>{regex.escape(name.rstrip('*'))})"
        + ("[a-z\\d_-]{1,40}+" if name.endswith("*") else "(?![\\w-])")
        for name in sorted(shortcodes(), key=len, reverse=True)
    )
    return regex.compile(rf"\[(?P<close>/?)(?P<name>{names})(?P<values>{VALUES})?\s{{0,3}}/?\]", regex.VERBOSE)


def known(match: "regex.Match[str]") -> Shortcode:
    """What is known of the shortcode of a match."""
    return shortcodes()[f"{match['family']}*" if match["family"] else match["single"]]


def without_shortcodes(text: str) -> Iterator[Edit]:
    """Yield an edit for each run of shortcodes. Between two words it becomes a line end."""
    matches = list(shortcode_pattern().finditer(text))
    closed = {match["name"] for match in matches if match["close"]}
    opened = {match["name"] for match in matches if not match["close"]}
    sure = [match for match in matches if _is_shortcode(match, opened & closed)]
    for run in _runs(text, sure):
        yield _edit_of(text, run)


def _is_shortcode(match: "regex.Match[str]", paired: set[str]) -> bool:
    needs = known(match).needs
    if match["name"] in paired:
        return True
    if match["values"] is not None:
        return needs != "pair"
    is_index = match.start() > 0 and match.string[match.start() - 1].isalnum()
    return needs == "nothing" and (bool(match["close"]) or not is_index)


def _runs(text: str, matches: "Sequence[regex.Match[str]]") -> "Iterator[list[regex.Match[str]]]":
    """Shortcodes side by side, with spaces between them or without."""
    run: list[regex.Match[str]] = []
    for match in matches:
        if run and text[run[-1].end() : match.start()].strip(" \t"):
            yield run
            run = []
        run.append(match)
    if run:
        yield run


def _edit_of(text: str, run: "Sequence[regex.Match[str]]") -> Edit:
    start, end = run[0].start(), run[-1].end()
    separates = any(known(match).separates == "lines" for match in run)
    is_within_line = start > 0 and text[start - 1] != "\n" and end < len(text) and text[end] != "\n"
    if not (separates and is_within_line):
        return Edit(start, text[start:end], "", SHORTCODE.name, SHORTCODE_CONFIDENCE)
    while start and text[start - 1] in " \t":
        start -= 1
    while end < len(text) and text[end] in " \t":
        end += 1
    return Edit(start, text[start:end], "\n", SHORTCODE.name, SHORTCODE_CONFIDENCE)
