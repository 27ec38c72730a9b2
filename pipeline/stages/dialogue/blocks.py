"""The pieces of text that dialogue is made of: paragraphs without what credits took and without marks around them."""

from collections.abc import Iterator, Sequence

import msgspec
import regex

from pipeline.model.document import Document, Label, Script, script
from pipeline.text.lines import Line, width

OPENING_MARKUP = regex.compile(r"(?P<blocks>(?:#{1,6}(?!!)\s*|>\s*)*+)(?P<emphasis>(?:\*{1,3}(?=\S)|__?(?=\S))*+)")
QUESTION_DASH = regex.compile(r"(?:——|―{1,2}|──)\s*(?=\S)")
"""The dash that opens a question in Chinese; that of a quotation's author looks the same and does no harm outside."""
DASH_CHARS = frozenset("—―─")
REFERENCE_STARTS = frozenset("![<h*+-P第")
"""What pictures, targets and addresses may begin with."""
HEADING_HASHES = regex.compile("#+")
CLOSING_MARKUP = regex.compile(r"(?:\s*(?:\*{1,3}|__?|#{1,6}))+$")
WORD_CHAR = regex.compile(r"[^\s\p{P}\p{Z}\p{C}\p{Sm}\p{Sk}\p{So}\p{Mn}]")
HEADING_UNDERLINE = regex.compile(r"[ \t]*+\n[ \t]*+(?P<mark>=|-)(?P=mark){2,}+[ \t]*+(?:\n|\Z)")
HORIZONTAL_RULE = regex.compile(r"^[ \t]*+(?:[-=_~—─*][ \t]?){3,}+$", regex.MULTILINE)
MAX_PLAIN_GAP_CHARS = 4
REFERENCE_LINE = regex.compile(
    r"(?:(?:[*+\-]\s+)?\[?!\[[^\]\n]*+\](?:\([^)\n]*+\)|\[[^\]\n]*+\])(?:\]\([^)\n]*+\))?\s*)++$"
    r"|\[[^\]\n]{1,40}\]:\s?\S*(?:\s.{0,80})?$|<?https?://\S++>?\s*$|<!--.*-->$|\[[^\]\n]{1,40}\]\(#[^)\s]*\)\s*$"
    r"|(?:Page \d+ of \d+|第\s?\d+\s?页[，,/ ]*共\s?\d+\s?页)\s*$",
)
"""Pictures, targets of links, bare addresses: what points elsewhere and says nothing itself."""

SENTENCE_END_CHARS = ".。!！?？…"
CLOSING_CHARS = "\"'”’」』)）]】*_ "
LIST_MARKER = regex.compile(r"(?:\d{1,3}[.)、．]|[-+*•·–—]\s|[(（]\d{1,2}[)）])")
CODE_INDENT = regex.compile(r"(?:[ ]{4}|\t)[ \t]*+$")

MAX_TITLE_COLUMNS = 150
MAX_HEADING_COLUMNS = 90
MAX_HEADING_WORDS = 14
PROSE_COLUMNS = 80
"""Columns from which a paragraph is surely prose."""


class Block(msgspec.Struct, frozen=True, gc=False):
    """A paragraph, or the part of one that is free: `text` is `[start, end)` of the document's text.

    `level` is that of a heading of Markdown, 0 for none; `bold`, `italic`: all of it is set so; `dashed`: a dash opens
    it; `quoted`: it is marked as a quotation; `item`: of a list; `indented`: as code is; `reference`: it only points
    elsewhere; `pictured`: it stands below a picture; `first`: nothing stands before it; `before_byline`: a byline
    follows it; `after_rule`: a rule was drawn above it; `behind_notice`, `before_notice`: credits, a notice or a
    disclaimer stand above or below.
    """

    start: int
    end: int
    text: str
    level: int = 0
    bold: bool = False
    italic: bool = False
    dashed: bool = False
    quoted: bool = False
    item: bool = False
    indented: bool = False
    reference: bool = False
    first: bool = False
    before_byline: bool = False
    after_rule: bool = False
    after_picture: bool = False
    after_notice: bool = False
    before_notice: bool = False

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading of Markdown."""
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
        return len(self.text) >= PROSE_COLUMNS or width(self.text) >= PROSE_COLUMNS

    @property
    def script(self) -> Script:
        """The script it is written in."""
        return script(self.text)

    def could_be_heading(self) -> bool:
        """Whether it has the form of a heading: short, no mark at its end, no item of a list, nothing in brackets."""
        text = self.text
        return (
            len(text) <= MAX_HEADING_COLUMNS
            and "\n" not in text
            and text[-1] not in ".。!！?？:：;；,，、…"
            and text[0] not in "(（[【"
            and len(text.split()) <= MAX_HEADING_WORDS
            and ": " not in text
            and "：" not in text
            and width(text) <= MAX_HEADING_COLUMNS
            and (not self.item or self.bold)
            and not self.indented
            and not self.reference
            and (self.bold or self.level > 0 or not LIST_MARKER.match(text))
        )

    def could_be_title(self) -> bool:
        """Whether it has the form of a title: one line, not long, no full stop at its end."""
        text = self.text
        return (
            len(text) <= MAX_TITLE_COLUMNS
            and "\n" not in text
            and width(text) <= MAX_TITLE_COLUMNS
            and text[-1] not in ".。:：;；,，、"
            and not self.reference
        )


def read_blocks(document: Document) -> tuple[Block, ...]:
    """What is left of the document's paragraphs where no earlier finder labelled a part."""
    text = document.text
    found: list[Block] = []
    for start, end, line in _free_spans(document.paragraphs, document.layer("part")):
        # Most paragraphs begin and end with plain characters, and are units as they stand.
        block = Block(start, end, line) if _is_plain_line(line) else _parse_block(text, start, end)
        if block is not None:
            found.append(block)
    return tuple(_with_surroundings(text, found, document.layer("part")))


def _free_spans(paragraphs: Sequence[Line], taken: Sequence[Label]) -> Iterator[tuple[int, int, str]]:
    """Spans of the paragraphs outside `taken`, with their text."""
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
    return line[0].isalpha() and line[-1] not in "*_# \t" and not line.startswith(("http", "Page ", "第"))


def _with_surroundings(text: str, found: list[Block], taken: Sequence[Label]) -> Iterator[Block]:
    """The units, told what stands around them."""
    marks = [(label.start, label.value == "byline") for label in taken if "." not in label.value]
    underlined = "\n==" in text or "\n--" in text or "\n ==" in text
    mark = last = 0
    for i, block in enumerate(found):
        # Between most units stand one or two line ends; a rule is longer.
        ruled = (
            block.start - last > MAX_PLAIN_GAP_CHARS
            and i > 0
            and HORIZONTAL_RULE.search(text, last, block.start) is not None
        )
        noticed = False
        while mark < len(marks) and marks[mark][0] < block.start:
            noticed |= marks[mark][0] >= last and not marks[mark][1]
            mark += 1
        following = found[i + 1].start if i + 1 < len(found) else block.end
        next_byline = i + 1 < len(found) and mark < len(marks) and marks[mark][0] < following
        before = next_byline and any(byline for at, byline in marks[mark : mark + 4] if at < following)
        last_one = i + 1 == len(found)
        leads = mark < len(marks) and not marks[mark][1] and (last_one or marks[mark][0] < following)
        level = _underline_level(text, block) if underlined and not block.level else 0
        pictured = i > 0 and found[i - 1].reference and "![" in found[i - 1].text[:4]
        last = block.end
        if i and not (before or leads or ruled or noticed or level or pictured):
            yield block
            continue
        yield msgspec.structs.replace(
            block,
            first=i == 0,
            before_byline=before,
            after_rule=ruled,
            after_picture=pictured,
            after_notice=noticed,
            before_notice=leads,
            level=block.level or level,
        )


def _underline_level(text: str, block: Block) -> int:
    """The level of a heading that is underlined on the next line, or 0."""
    if text[block.end : block.end + 1] not in "\n \t" or len(block.text) > MAX_TITLE_COLUMNS:
        return 0
    line = HEADING_UNDERLINE.match(text, block.end)
    if line is None or (line["mark"] == "-" and not block.could_be_heading()):
        return 0
    return 1 if line["mark"] == "=" else 2


def _parse_block(text: str, start: int, end: int) -> Block | None:
    if not WORD_CHAR.search(text, start, end):
        return None
    indented = (
        text[start - 1 : start] in (" ", "\t") and CODE_INDENT.search(text, max(0, start - 12), start) is not None
    )
    first = text[start]
    if first in REFERENCE_STARTS and REFERENCE_LINE.match(text, start, end):
        while text[end - 1].isspace():
            end -= 1
        return Block(start, end, text[start:end], reference=True)
    item = not first.isalpha() and LIST_MARKER.match(text, start, end) is not None
    while text[end - 1].isspace():
        end -= 1
    if indented:
        return Block(start, end, text[start:end], item=item, indented=True)
    opening = OPENING_MARKUP.match(text, start, end)
    block_marks, emphasis = (opening["blocks"], opening["emphasis"]) if opening else ("", "")
    level = max(map(len, HEADING_HASHES.findall(block_marks)), default=0)
    start += len(block_marks)
    behind = CLOSING_MARKUP.search(text, start, end) if text[end - 1] in "*_#" else None
    bold = italic = False
    if behind:
        # A mark at the end belongs outside only if it closes one that stands outside: `**What now?**`, but not the
        # last of `*a* and *b*`.
        inner = text[start + len(emphasis) : behind.start()]
        even = inner.count("*") % 2 == 0 and inner.count("_") % 2 == 0
        closes = any(mark in behind[0] for mark in "*_")
        if even and bool(emphasis) == closes and inner:
            bold = closes and emphasis[:2] in {"**", "__"}
            italic = closes and not bold
            start, end = start + len(emphasis), behind.start()
    dash = QUESTION_DASH.match(text, start, end) if text[start : start + 1] in DASH_CHARS else None
    start += len(dash[0]) if dash else 0
    if start >= end:
        return None
    return Block(start, end, text[start:end], level, bold, italic, dash is not None, ">" in block_marks, item)


def block_slice(block: Block, start: int, end: int) -> Block:
    """The part `[start, end)` of a unit, in offsets of its own text, without blanks around it."""
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
    )


def split_at(blocks: Sequence[Block], top: int) -> tuple[list[Block], list[Block]]:
    """The units before the offset `top`, and those behind it; one that goes across is two."""
    keys: list[Block] = []
    rest: list[Block] = []
    for block in blocks:
        if block.start < top < block.end:
            keys.append(block_slice(block, 0, top - block.start))
            rest.append(block_slice(block, top - block.start, len(block.text)))
        else:
            (keys if block.start < top else rest).append(block)
    return [block for block in keys if block.text], [block for block in rest if block.text]


def without_references(blocks: Sequence[Block]) -> list[Block]:
    """The units that say something: without references, whose surroundings become those of what follows them."""
    found: list[Block] = []
    ruled = noticed = False
    for block in blocks:
        if block.reference:
            ruled |= block.after_rule
            noticed |= block.after_notice
        elif ruled or noticed:
            found.append(
                msgspec.structs.replace(
                    block, after_rule=block.after_rule or ruled, after_notice=block.after_notice or noticed
                )
            )
            ruled = noticed = False
        else:
            found.append(block)
    return found
