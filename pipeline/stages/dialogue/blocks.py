"""Blocks: the pieces of text that a dialogue consists of.

A block is a paragraph, or what is left of one after earlier stages took a byline or a notice, without the marks of
Markdown around it. Paragraphs that are only marks are no blocks.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec
import regex

from pipeline.model.document import Document, Label, Script, script_of
from pipeline.text.lines import Line, display_width

OPENING_MARKUP = regex.compile(
    r"""
    (?P<blocks>(?: \#{1,6}(?!!)\s*                      # ## Why walk?
        | >(?!>)\s*                                     # > Why walk?
        | \*{2,6}[ ]+(?=\S)                             # ** Why walk?        Org
        | ;[ ]?(?=[\p{L}\p{N}'*])                               # ;Why walk?          MediaWiki, with :Because. below
        | :{1,3}[ ]?(?=[\p{L}\p{N}'*])(?![^:\n]{1,40}:\s)       # :Because.           and not :Ada: Because.
        | (?P<signs>={1,6})(?:[ ]+(?=[^=\s])|(?=[^=\s][^\n]{1,160}(?P=signs)[ ]*$)) )*+)   # == Why walk? ==
    (?P<emphasis>(?:\*{1,3}(?=\S)|__?(?=\S)|'{2,3}(?=[^\s']))*+)
    """,
    regex.VERBOSE | regex.MULTILINE,
)
TERM_SIGN = "::"
"""The sign of AsciiDoc after a term."""
ORG_HEADING = regex.compile(r"^(?P<signs>\*+)[ ]+(?=\S)", regex.MULTILINE)
MAX_LEVEL = 6
HEADING_SIGNS = regex.compile(r"\#+|={1,6}|\*{2,6}")
"""The marks of a heading: of Markdown, of AsciiDoc and MediaWiki, of Org."""
CLOSING_SIGNS = regex.compile(r"(?<=\S)[ ]*={1,6}[ ]*$")
NUMBERED_EMPHASIS = regex.compile(r"[ ]*(?P<emphasis>(?:\*{1,3}|__?)(?=\S))")
QUESTION_DASH = regex.compile(r"(?:——|―{1,2}|──)\s*(?=\S)")
"""The dash that opens a question in Chinese. The one before a quotation's author looks the same; removing it does no
harm."""
DASH_CHARS = frozenset("—―─")
REFERENCE_STARTS = frozenset("![<h*+-P第")
"""First characters of `REFERENCE_LINE`."""
CLOSING_MARKUP = regex.compile(r"(?:\s*(?:\*{1,3}|__?|#{1,6}|'{2,3}))+$")
BOLD_MARKS = ("**", "__", "'''")
WORD_CHAR = regex.compile(r"[^\s\p{P}\p{Z}\p{C}\p{Sm}\p{Sk}\p{So}\p{Mn}]")
HEADING_UNDERLINE = regex.compile(r"[ \t]*+\n[ \t]*+(?P<mark>[=\-~^])(?P=mark){2,}+[ \t]*+(?:\n|\Z)")
HORIZONTAL_RULE = regex.compile(r"^[ \t]*+(?:[-=_~—─*][ \t]?){3,}+$", regex.MULTILINE)
MAX_PLAIN_GAP_CHARS = 4
"""Characters between two blocks that cannot hold a rule."""
REFERENCE_LINE = regex.compile(
    r"""
    (?: (?:[*+\-]\s+)?\[?!\[[^\]\n]*+\](?:\([^)\n]*+\)|\[[^\]\n]*+\])(?:\]\([^)\n]*+\))?\s* )++$   # ![](walk.png)
  | \[[^\]\n]{1,40}\]:\s?\S*(?:\s.{0,80})?$                           # [1]: https://…
  | <?https?://\S++>?\s*$                                              # https://…
  | <!--.*-->$                                                         # <!-- a comment -->
  | \[[^\]\n]{1,40}\]\(\#[^)\s]*\)\s*$                                 # [Top](#top)
  | (?:Page[ ]\d+[ ]of[ ]\d+|第\s?\d+\s?页[，,/ ]*共\s?\d+\s?页)\s*$   # Page 1 of 3, 第1页，共3页
    """,
    regex.VERBOSE,
)
"""Pictures, link targets, bare addresses, page numbers: a line that points elsewhere and says nothing itself."""

SENTENCE_END_CHARS = ".。!！?？…"
CLOSING_CHARS = "\"'”’」』)）]】*_ "
"""Quotation marks, brackets and marks of emphasis that may follow the end of a sentence."""
LIST_MARKER = regex.compile(r"(?:\d{1,3}[.)、．]|\.{1,2}\s(?=\S)|[-+*•·–—]\s|[(（]\d{1,2}[)）])")
CODE_INDENT = regex.compile(r"(?:[ ]{4}|\t)[ \t]*+$")
MAX_INDENT_CHARS = 12
"""Characters before a block in which its indent is looked for."""
NO_HEADING_END_CHARS = ".。!！?？:：;；,，、…"
NO_TITLE_END_CHARS = ".。:：;；,，、"

MAX_TITLE_COLUMNS = 150
MAX_HEADING_COLUMNS, MAX_HEADING_WORDS = 90, 14
PROSE_COLUMNS = 80
"""Columns from which a paragraph is surely prose."""


class Block(msgspec.Struct, frozen=True, gc=False):
    """A paragraph or a part of one: `text` is the span `[start, end)` of the document's text."""

    start: int
    end: int
    text: str
    level: int = 0
    """Level of a heading from 1 to 6, of Markdown or of the page that the text was on; 0 for none."""
    bold: bool = False
    """All of it is bold."""
    italic: bool = False
    """All of it is italic."""
    dashed: bool = False
    """A dash opens it."""
    quoted: bool = False
    """It is marked as a quotation."""
    item: bool = False
    """It is an item of a list."""
    indented: bool = False
    """It is indented as code is."""
    reference: bool = False
    """It only points elsewhere, as a picture does."""
    first: bool = False
    """No block precedes it."""
    before_byline: bool = False
    after_rule: bool = False
    """A horizontal rule is right above it."""
    after_picture: bool = False
    after_notice: bool = False
    """Credits, a notice or a disclaimer are right above it."""
    before_notice: bool = False
    term: bool = False
    """It is a term in a list of definitions."""
    definition: bool = False
    """It is, or belongs to, what a list of definitions says of a term."""
    row: int = 0
    """The row of the table cell that it is in, counted through the document from 1; 0 outside of tables."""
    column: int = 0
    """The column of that cell from 1; 0 outside of tables."""
    caption: bool = False
    """It says what a picture shows."""
    bold_opening: int = 0
    """Characters at its beginning that are bold, if not all of it is."""

    @property
    def is_heading(self) -> bool:
        """Whether it is marked as a heading."""
        return self.level > 0

    @property
    def asks(self) -> bool:
        """Whether it ends in a question mark before any closing quotes."""
        return self.text.endswith(("?", "？")) or self.text.rstrip(CLOSING_CHARS).endswith(("?", "？"))

    @property
    def ends_sentence(self) -> bool:
        """Whether it ends as a sentence does."""
        return self.text.rstrip(CLOSING_CHARS)[-1:] in SENTENCE_END_CHARS

    @property
    def is_prose(self) -> bool:
        """Whether it is surely prose."""
        return len(self.text) >= PROSE_COLUMNS or display_width(self.text) >= PROSE_COLUMNS

    @property
    def script(self) -> Script:
        """The script it is written in."""
        return script_of(self.text)

    def could_be_heading(self) -> bool:
        """Whether it has the form of a heading: one short line without an end mark, not in brackets, no list item."""
        return not any(excludes(self) for excludes in NO_HEADING)

    def could_be_title(self) -> bool:
        """Whether it has the form of a title: one line, not long, without a full stop at its end; `...` is none."""
        text = self.text
        return (
            len(text) <= MAX_TITLE_COLUMNS
            and "\n" not in text
            and display_width(text) <= MAX_TITLE_COLUMNS
            and (text[-1] not in NO_TITLE_END_CHARS or text.endswith("..."))
            and not self.reference
        )


def _is_too_long_for_heading(block: Block) -> bool:
    text = block.text
    return (
        len(text) > MAX_HEADING_COLUMNS
        or "\n" in text
        or len(text.split()) > MAX_HEADING_WORDS
        or display_width(text) > MAX_HEADING_COLUMNS
    )


def _ends_with_mark(block: Block) -> bool:
    return block.text[-1] in NO_HEADING_END_CHARS


def _opens_with_bracket(block: Block) -> bool:
    return block.text[0] in "(（[【"


def _holds_colon(block: Block) -> bool:
    return ": " in block.text or "：" in block.text


def _is_plain_list_item(block: Block) -> bool:
    """An item or a numbered line; in bold, or with the mark of a heading, it is a numbered heading."""
    if block.bold:
        return False
    return block.item or (block.level == 0 and LIST_MARKER.match(block.text) is not None)


def _is_code_or_reference(block: Block) -> bool:
    return block.indented or block.reference


NO_HEADING: tuple[Callable[[Block], bool], ...] = (
    _ends_with_mark,
    _is_too_long_for_heading,
    _opens_with_bracket,
    _holds_colon,
    _is_plain_list_item,
    _is_code_or_reference,
)
"""Any of these excludes that a block is a heading."""


def read_blocks(document: Document) -> tuple[Block, ...]:
    """The blocks of a document: its paragraphs where no earlier stage labelled a part."""
    text, parts = document.text, document.layer("part")
    blocks: list[Block] = []
    is_org = text.startswith("#+") or "\n#+" in text
    for start, end, line in _free_spans(document.paragraphs, parts):
        # Most paragraphs begin and end with plain characters, and are blocks as they are.
        block = Block(start, end, line) if _is_plain_line(line) else _parse_block(text, start, end, is_org=is_org)
        if block is not None:
            blocks.append(block)
    return tuple(_with_surroundings(text, blocks, parts))


def _free_spans(paragraphs: Sequence[Line], taken: Sequence[Label]) -> Iterator[tuple[int, int, str]]:
    """The spans of the paragraphs outside `taken`, with their text."""
    at = 0
    for paragraph in paragraphs:
        while at < len(taken) and taken[at].end <= paragraph.start:
            at += 1
        if at == len(taken) or taken[at].start >= paragraph.end:
            yield paragraph.start, paragraph.end, paragraph.text
            continue
        first, i = paragraph.start, at
        while i < len(taken) and taken[i].start < paragraph.end:
            if taken[i].start > first:
                yield first, taken[i].start, paragraph.text[first - paragraph.start : taken[i].start - paragraph.start]
            first = max(first, taken[i].end)
            i += 1
        if first < paragraph.end:
            yield first, paragraph.end, paragraph.text[first - paragraph.start :]


def _is_plain_line(line: str) -> bool:
    return (
        line[0].isalpha()
        and line[-1] not in "*_#' \t"
        and not line.startswith(("http", "Page ", "第"))
        and not line.endswith(TERM_SIGN)
    )


# --- what is around a block


class _PartStart(msgspec.Struct, frozen=True, gc=False):
    """Where a part that an earlier stage found begins; without its own parts, such as `byline.outlet`."""

    start: int
    is_byline: bool


UNDERLINES = ("\n==", "\n--", "\n~~", "\n^^", "\n ==")
UNDERLINE_LEVELS = {"=": 1, "-": 2, "~": 3, "^": 4}
MAX_PARTS_BETWEEN = 4
"""Parts below a block that are looked at."""


def _with_surroundings(text: str, blocks: Sequence[Block], labels: Sequence[Label]) -> Iterator[Block]:
    """The blocks with the fields about what is above and below them."""
    parts = [_PartStart(label.start, label.value == "byline") for label in labels if "." not in label.value]
    underlined = any(map(text.__contains__, UNDERLINES))
    next_part = 0  # the first part that begins below the start of the current block
    for i, block in enumerate(blocks):
        previous = blocks[i - 1] if i else None
        following = blocks[i + 1] if i + 1 < len(blocks) else None
        first_part = next_part
        while next_part < len(parts) and parts[next_part].start < block.start:
            next_part += 1
        level = block.level or (_underline_level(text, block) if underlined else 0)
        changes = _fields_above(text, previous, block)
        if level != block.level:
            changes["level"] = level
        if first_part < next_part:
            end = previous.end if previous else 0
            above = parts[first_part:next_part]
            changes["after_notice"] = any(part.start >= end and not part.is_byline for part in above)
        if next_part < len(parts):
            changes |= _fields_below(following, parts[next_part : next_part + MAX_PARTS_BETWEEN])
        # Most blocks have nothing special around them.
        yield msgspec.structs.replace(block, **changes) if changes else block


def _fields_above(text: str, previous: Block | None, block: Block) -> dict[str, Any]:
    """What is above a block, as far as it is anything special."""
    if previous is None:
        return {"first": True}
    fields: dict[str, Any] = {}
    if _has_rule(text, previous.end, block.start):
        fields["after_rule"] = True
    if previous.reference and "![" in previous.text[:4]:
        fields["after_picture"] = True
    return fields


def _fields_below(following: Block | None, parts: Sequence[_PartStart]) -> dict[str, bool]:
    """The parts below a block; they begin after its start."""
    if following is None:
        return {"before_notice": not parts[0].is_byline}
    between = [part for part in parts if part.start < following.start]
    return {
        "before_byline": any(part.is_byline for part in between),
        "before_notice": bool(between) and not between[0].is_byline,
    }


def _has_rule(text: str, start: int, end: int) -> bool:
    """Whether a rule is drawn between two blocks; between most there are only one or two line ends."""
    return end - start > MAX_PLAIN_GAP_CHARS and HORIZONTAL_RULE.search(text, start, end) is not None


def _underline_level(text: str, block: Block) -> int:
    """The level of a heading that is underlined on the next line, such as 1 for `===`; 0 without an underline."""
    if text[block.end : block.end + 1] not in "\n \t" or len(block.text) > MAX_TITLE_COLUMNS:
        return 0
    line = HEADING_UNDERLINE.match(text, block.end)
    if line is None or (line["mark"] == "-" and not block.could_be_heading()):
        return 0
    return UNDERLINE_LEVELS[line["mark"]]


# --- what marks a block


def _parse_block(text: str, start: int, end: int, *, is_org: bool) -> Block | None:
    """The block in `[start, end)` without the marks around it, or None if it holds no word.

    In Org a star at the start of a line is the mark of a heading, in all other formats that of an item.
    """
    if not WORD_CHAR.search(text, start, end):
        return None
    while text[end - 1].isspace():
        end -= 1
    is_item = not text[start].isalpha() and LIST_MARKER.match(text, start, end) is not None
    if text[start] in REFERENCE_STARTS and REFERENCE_LINE.match(text, start, end):
        return Block(start, end, text[start:end], reference=True)
    if _is_indented(text, start):
        return Block(start, end, text[start:end], item=is_item, indented=True)
    if is_org and (heading := ORG_HEADING.match(text, start, end)):
        return Block(heading.end(), end, text[heading.end() : end], min(len(heading["signs"]), MAX_LEVEL))
    return _marked_block(text, start, end, is_item=is_item)


def _marked_block(text: str, start: int, end: int, *, is_item: bool) -> Block | None:
    """The block in `[start, end)` without the marks of a heading, a quotation, a term, and of emphasis."""
    opening = OPENING_MARKUP.match(text, start, end)
    marks, emphasis = (opening["blocks"], opening["emphasis"]) if opening else ("", "")
    level = max(map(len, HEADING_SIGNS.findall(marks)), default=0) if marks else 0
    if "=" in marks and (signs := CLOSING_SIGNS.search(text, start, end)):
        end = signs.start()
    start, end, style = _without_emphasis(text, start + len(marks), end, emphasis)
    if is_item and not style:
        style = _numbered_style(text, start, end)
    is_term = ";" in marks
    if text.endswith(TERM_SIGN, start + 1, end):
        is_term, end = True, end - len(TERM_SIGN)
    dash = QUESTION_DASH.match(text, start, end) if text[start : start + 1] in DASH_CHARS else None
    start += len(dash[0]) if dash else 0
    if start >= end:
        return None
    return Block(
        start,
        end,
        text[start:end],
        level,
        bold=style == "bold",
        italic=style == "italic",
        dashed=dash is not None,
        quoted=">" in marks,
        item=is_item,
        term=is_term,
    )


def _is_indented(text: str, start: int) -> bool:
    before = text[start - 1 : start]
    return before in (" ", "\t") and CODE_INDENT.search(text, max(0, start - MAX_INDENT_CHARS), start) is not None


def _without_emphasis(text: str, start: int, end: int, emphasis: str) -> tuple[int, int, str]:
    """The span without marks that enclose all of it, and `bold`, `italic` or the empty string.

    A mark at the end is removed only if it closes the one at the start: `**What now?**`, but not `*a* and *b*`.
    """
    closing = CLOSING_MARKUP.search(text, start, end) if text[end - 1] in "*_#'" else None
    if closing is None:
        return start, end, ""
    inner = text[start + len(emphasis) : closing.start()]
    even = inner.count("*") % 2 == 0 and inner.count("_") % 2 == 0 and "''" not in inner
    closes_emphasis = any(mark in closing[0] for mark in "*_'")
    if not inner or not even or bool(emphasis) != closes_emphasis:
        return start, end, ""
    style = "" if not closes_emphasis else "bold" if emphasis.startswith(BOLD_MARKS) else "italic"
    return start + len(emphasis), closing.start(), style


def _numbered_style(text: str, start: int, end: int) -> str:
    """`bold` or `italic` if all after the number of a line is: `1. **Why walk?**`; the marks stay in its text."""
    number = LIST_MARKER.match(text, start, end)
    opening = NUMBERED_EMPHASIS.match(text, number.end(), end) if number else None
    return _without_emphasis(text, opening.start("emphasis"), end, opening["emphasis"])[2] if opening else ""


def block_slice(block: Block, start: int, end: int) -> Block:
    """The part `[start, end)` of a block, in offsets of its text, without spaces around it."""
    inner = block.text[start:end]
    start += len(inner) - len(inner.lstrip())
    end -= len(inner) - len(inner.rstrip())
    return msgspec.structs.replace(
        block,
        start=block.start + start,
        end=block.start + end,
        text=block.text[start:end],
        first=block.first and start == 0,
        before_byline=block.before_byline and end == len(block.text),
        after_rule=block.after_rule and start == 0,
        after_notice=block.after_notice and start == 0,
        before_notice=block.before_notice and end == len(block.text),
        after_picture=block.after_picture and start == 0,
        bold_opening=min(block.bold_opening, end) if start == 0 else 0,
    )


def split_at(blocks: Sequence[Block], offset: int) -> tuple[list[Block], list[Block]]:
    """The blocks before and after an offset of the document; a block across it is divided."""
    before: list[Block] = []
    after: list[Block] = []
    for block in blocks:
        if block.start < offset < block.end:
            before.append(block_slice(block, 0, offset - block.start))
            after.append(block_slice(block, offset - block.start, len(block.text)))
        else:
            (before if block.start < offset else after).append(block)
    return [block for block in before if block.text], [block for block in after if block.text]


def without_references(blocks: Sequence[Block]) -> list[Block]:
    """The blocks that say something; a rule or a notice above a reference becomes that of the block below it."""
    remaining: list[Block] = []
    after_rule = after_notice = False
    for block in blocks:
        if block.reference:
            after_rule |= block.after_rule
            after_notice |= block.after_notice
        elif after_rule or after_notice:
            remaining.append(
                msgspec.structs.replace(
                    block,
                    after_rule=block.after_rule or after_rule,
                    after_notice=block.after_notice or after_notice,
                )
            )
            after_rule = after_notice = False
        else:
            remaining.append(block)
    return remaining
