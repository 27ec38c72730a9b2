"""Remove shortcodes: what publishing systems replace when they show a page, and dumps of their databases still have.

`[gallery ids="1,2"]`, `[vc_row][vc_column_text]…[/vc_column_text][/vc_row]`, `{{< figure src="a.jpg" >}}`,
`{% include ad.html %}`. The text between two codes is kept. `[sic]` and `[1]` are words of the text.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import msgspec
import regex

from pipeline.lexicon.lists import table
from pipeline.stages.markup.bulletin_codes import code_names
from pipeline.stages.markup.rules import SHORTCODE
from pipeline.stages.markup.tags import with_spaces_around
from pipeline.text.edits import Edit

ABOUT_SHORTCODES = regex.compile(
    r"\bshort[ -]?codes?\b|短代码|简码|\b(?:Jekyll|Liquid|Hugo|Jinja2?)\b", regex.IGNORECASE
)
"""A text about such codes."""
PROGRAM = regex.compile(r"\{%-?\s(?:if|for|assign|unless|case|capture|macro|set)\s")
"""A text with one of these is a template itself, not an article that has lost its own."""
SHORTCODE_CONFIDENCE = 0.93
"""The form of a shortcode. It may still be an example in a text about them."""
BRACKETED_CODE = regex.compile(
    r"""
    \[(?P<close>/?)(?P<name>[A-Za-z][A-Za-z\d]{0,40}+(?:[_-][A-Za-z\d]{1,40}+){0,8}+)
      (?P<values>
        (?:\s{1,3}[\w-]{1,40}=(?:                       # [caption
            ["“”″][^"“”″\[\]\n]{0,2000}["“”″]           #  id="attachment_12"
          | ['‘’′][^'‘’′\[\]\n]{0,2000}['‘’′]           #  align='left'
        ))++
        (?:\s{1,3}[\w-]{1,40}=[^\s\[\]"'=]{1,200}+)*+   #  width=300
      )?+
      (?P<argument>[ =](?:https?://|\d)[^\s\[\]]{0,300}+)?+  # [youtube https://youtu.be/x]
    \s?/?\]
    """,
    regex.VERBOSE,
)
TEMPLATE = regex.compile(
    r"""
      \{\{[<%]\s[^{}\n]{1,500}?\s[>%]\}\}               # {{< figure src="a.jpg" >}}  of Hugo
    | \{%-?\s[^{}\n]{1,500}?\s-?%\}                     # {% include ad.html %}  of Jekyll
    """,
    regex.VERBOSE,
)


PAIRED = frozenset({"inline", "block", "number"})
"""Uses of the codes that come in pairs."""


class Shortcode(msgspec.Struct, frozen=True):
    """A code at `[start, end)`; after an opening code of a number, the number belongs to it."""

    start: int
    end: int
    is_closing: bool
    is_block: bool


def without_shortcodes(text: str) -> Iterator[Edit]:
    """Yield an edit for each run of shortcodes, a line end where it parts two blocks."""
    found = [*bracketed(text), *templates(text)]
    if not found or ABOUT_SHORTCODES.search(text) or PROGRAM.search(text):
        return
    for run in _runs(text, sorted(found, key=lambda each: each.start)):
        yield _edit_of(text, run)


def templates(text: str) -> Iterator[Shortcode]:
    """The codes of generators of static sites."""
    if "{{" in text or "{%" in text:
        for match in TEMPLATE.finditer(text):
            yield Shortcode(*match.span(), is_closing=False, is_block=False)


def bracketed(text: str) -> Iterator[Shortcode]:
    """The codes in square brackets: those that are sure by themselves, and pairs."""
    opened: dict[str, list[regex.Match[str]]] = {}
    for match in BRACKETED_CODE.finditer(text):
        name = match["name"].lower()
        if name in code_names():
            continue
        if match["close"]:
            opening = opened[name].pop() if opened.get(name) else None
            if opening is not None and (_use(name) in PAIRED or "_" in name or opening["values"]):
                yield from _pair(text, opening, match, _use(name))
            elif opening is None and "_" in name:
                # The opening code was cut off. No prose has a slash and an underscore in brackets.
                yield Shortcode(*match.span(), is_closing=True, is_block=True)
            continue
        opened.setdefault(name, []).append(match)
    for matches in opened.values():
        yield from (
            Shortcode(*match.span(), is_closing=False, is_block=True)
            for match in matches
            if match["values"] or _is_sure_alone(text, match)
        )


def _is_sure_alone(text: str, code: regex.Match[str]) -> bool:
    """`[youtube https://youtu.be/x]`, or `[gallery]` on a line of its own; `[YouTube]` is the text of a link."""
    use = _use(code["name"])
    if use == "address":
        return bool(code["argument"])
    return use == "alone" and _is_at_edges(text, *with_spaces_around(text, *code.span()))


def _is_at_edges(text: str, start: int, end: int) -> bool:
    """Whether `[start, end)` is all of a line."""
    return (start == 0 or text[start - 1] == "\n") and (end == len(text) or text[end] == "\n")


def _pair(text: str, opening: regex.Match[str], closing: regex.Match[str], use: str) -> Iterator[Shortcode]:
    is_block = use != "inline"
    if use == "number" and text[opening.end() : closing.start()].strip().isdecimal():
        yield Shortcode(opening.start(), closing.end(), is_closing=True, is_block=True)
        return
    yield Shortcode(*opening.span(), is_closing=False, is_block=is_block)
    yield Shortcode(*closing.span(), is_closing=True, is_block=is_block)


def _runs(text: str, codes: Sequence[Shortcode]) -> Iterator[list[Shortcode]]:
    """The codes that follow each other with nothing but spaces between."""
    run: list[Shortcode] = []
    for code in codes:
        if run and text[run[-1].end : code.start].strip(" \t"):
            yield run
            run = []
        run.append(code)
    if run:
        yield run


def _edit_of(text: str, run: Sequence[Shortcode]) -> Edit:
    start, end = run[0].start, run[-1].end
    is_within_line = start > 0 and text[start - 1] != "\n" and end < len(text) and text[end] != "\n"
    if is_within_line and any(code.is_block for code in run):
        start, end = with_spaces_around(text, start, end)
        return Edit(start, text[start:end], "\n", SHORTCODE.name, SHORTCODE_CONFIDENCE)
    if is_within_line and text[start - 1] == text[end] == " ":
        end += 1
    return Edit(start, text[start:end], "", SHORTCODE.name, SHORTCODE_CONFIDENCE)


@cache
def _uses() -> dict[str, str]:
    return {cells[0]: cells[1] for cells in table(__package__, "shortcodes.tsv")}


def _use(name: str) -> str:
    """How a code of this name is used; empty for one that is not known."""
    return _uses().get(name, "")
