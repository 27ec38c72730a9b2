"""Splits a page into lines as a reader sees them: each block and each `<br>` ends a line, inline elements do not.

`get_text()` without a separator joins the last word of a paragraph with the first of the next; with a separator it
splits words that contain an element. Nothing here recurses, because pages may nest to any depth.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
import regex

from pipeline.lexicon import lists
from pipeline.model.evidence import EvidenceKind

if TYPE_CHECKING:
    from lxml.html import HtmlElement

PAGE_SPACES = re.compile(r"[ \t\r\n\f\v\xa0]+")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Patterns of `re`, which is three times as fast here: whole pages are searched for them."""
HIDING = regex.compile(r"(?i)display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden")
UNSEEN_CLASS = regex.compile(
    r"""
    (?:^|[\s_-])
    (?:
        sr-?only | visually-?hidden | hidden-?visually   # sr-only, u-visuallyhidden
        | screen-?reader(?:s|-text|-only)?               # screen-reader-text
        | a11y-(?:only|hidden|text) | assistive-text     # a11y-hidden
        | element-invisible | off-?screen                # element-invisible
    )
    (?:$|\s)
    """,
    regex.VERBOSE | regex.IGNORECASE,
)
"""A class for text that only a screen reader reads out."""
UNSEEN_STYLE = regex.compile(
    r"""
    clip\s{0,3}:\s{0,3}rect\(\s{0,3}[01](?:px)?\b       # clip: rect(0 0 0 0)
    | clip-path\s{0,3}:\s{0,3}inset\((?:50|100)%        # clip-path: inset(50%)
    | text-indent\s{0,3}:\s{0,3}-\d{3,}                 # text-indent: -9999px
    | (?:^|[;\s])left\s{0,3}:\s{0,3}-\d{4,}px           # left: -10000px
    """,
    regex.VERBOSE | regex.IGNORECASE,
)
"""A style that has the same effect."""
HEAVY = regex.compile(r"(?i)font-weight\s{0,3}:\s{0,3}(?:bold|[6-9]00)")
SLANTED = regex.compile(r"(?i)font-style\s{0,3}:\s{0,3}(?:italic|oblique)")
ANY_LETTER = regex.compile(r"\p{L}")
HAN_CHAR = regex.compile(r"\p{Han}")
WORD_ENDS, WORD_BEGINS = regex.compile(r"[\p{Latin}\d]{2}[:,.;!?]?$"), regex.compile(r"\p{Lu}\p{L}|\p{Lu} |\d[\d ]")
ATTRIBUTE_WORD = regex.compile(r"[A-Z]?[a-z]{1,30}+|[A-Z]{2,30}+")
NAMING_ATTRIBUTES = frozenset({"class", "id", "role", "rel", "itemprop", "property", "data-testid", "data-component"})
"""Attributes whose words describe the purpose of an element."""
TELLING_ATTRIBUTES = NAMING_ATTRIBUTES | {"style", "hidden"}
"""Attributes that say something of the text inside an element."""
MAX_ATTRIBUTE_CHARS = 300
"""Maximum number of characters that are read of such an attribute."""
MAX_FURNITURE_SHARE = 0.4
"""Share of the page's text above which an element is neither furniture nor hidden, whatever its name."""
BYLINE_LEVELS = 3
"""How many block levels a byline hint reaches down. A share bar deep inside is not a byline."""
BLOCK_KINDS = frozenset({"block", "heading", "furniture"})
"""Kinds of elements that start and end a line."""
PARTING = frozenset({"block", "heading", "furniture", "break", "unseen"})
VERBATIM = frozenset({"listing", "pre", "xmp"})
MARKED_BLOCKS: Mapping[str, EvidenceKind] = {
    "blockquote": "quote",
    "caption": "caption",
    "dd": "definition",
    "details": "definition",
    "dt": "term",
    "figcaption": "caption",
    "li": "item",
    "summary": "term",
    "td": "cell",
    "th": "cell",
}
"""What block elements say of all text in them."""


class BlockMark(msgspec.Struct, frozen=True, gc=False):
    """A block element around a text, and what it says of it. `number` is that of the block.

    `row` and `column` are those of a cell: the number of the row's block, and the place in the row from 1.
    """

    kind: EvidenceKind
    number: int
    row: int = 0
    column: int = 0


class TextRun(msgspec.Struct, frozen=True, gc=False):
    """A run `[start, end)` of a line's text that an inline element marks."""

    start: int
    end: int
    kind: EvidenceKind


class ElementContext(msgspec.Struct, frozen=True, gc=False):
    """The elements around a text: properties that apply to all text inside an element.

    `block` is the number of the innermost block, `holder` that of its parent block, `table` and `row` those of the
    innermost table and its row, or 0. `sort` is a hash of the names and classes of these two blocks; lines of the same
    kind share it. `level` is 1 to 6 in a heading, else 0. `byline` is above 0 if a nearby element is named like a
    byline. `marks` are the blocks around it that say what it is, the innermost of each kind. `cells` are the numbers of
    all cells of tables around it, the outermost first. The other fields describe the elements around the text, or their
    names.
    """

    block: int = 0
    holder: int = 0
    table: int = 0
    row: int = 0
    tag: str = "body"
    sort: str = ""
    level: int = 0
    bold: bool = False
    italic: bool = False
    code: bool = False
    link: bool = False
    furniture: bool = False
    byline: int = 0
    lead: bool = False
    caption: bool = False
    hidden: bool = False
    verbatim: bool = False
    marks: tuple[BlockMark, ...] = ()
    cells: tuple[int, ...] = ()


class PageLine(msgspec.Struct, frozen=True, gc=False):
    """A line of a page and its context.

    `context` is that of the first letter, with exceptions: `bold`, `link` and `hidden` are true if they apply to the
    whole line, `furniture`, `byline` and `level` are set if they apply to any part. `opening` is the length of a bold
    beginning if not all is bold. `linked` is the number of linked characters. `gap` is true if an empty line comes
    before it in preformatted text. `runs` are its bold, italic and code runs.
    """

    text: str
    context: ElementContext = ElementContext()
    opening: int = 0
    linked: int = 0
    gap: bool = False
    runs: tuple[TextRun, ...] = ()

    @property
    def beside(self) -> bool:
        """Whether the line is beside the article, links away from it, or is hidden."""
        return self.context.furniture or self.context.hidden or 2 * self.linked > len(self.text)


@cache
def elements() -> Mapping[str, str]:
    """The effect of each element on text, by element name; from `elements.tsv`."""
    return _table("elements.tsv")


@cache
def hints() -> Mapping[str, str]:
    """The meaning of words in an element's attributes; from `hints.tsv`."""
    return _table("hints.tsv")


def _table(name: str) -> Mapping[str, str]:
    return {word: "\t".join(kinds) for word, *kinds in lists.table(__package__, name)}


def shown(text: str) -> str:
    """Returns text with its spaces as a page shows them, without characters that do not print."""
    if not text.isprintable():
        text = PAGE_SPACES.sub(" ", text)
        if not text.isprintable():
            text = UNPRINTABLE.sub("", text)
    elif "  " in text:
        text = PAGE_SPACES.sub(" ", text)
    return text.strip()


class LineWriter:
    """Collects the pieces of the current line, and the finished lines."""

    def __init__(self) -> None:
        self.lines: list[PageLine] = []
        self._pieces: list[tuple[str, ElementContext]] = []
        self._gap = False

    def write(self, text: str, context: ElementContext) -> None:
        """Adds text to the line. In preformatted text a line end ends the line."""
        if not context.verbatim:
            # Spaces at the beginning of a line are not shown.
            if self._pieces or not text.isspace():
                self._pieces.append((text, context))
            return
        for i, piece in enumerate(text.split("\n")):
            if i:
                self.end(verbatim=True)
            self._pieces.append((piece, context))

    def space(self, context: ElementContext) -> None:
        """Adds a space where the page shows a gap; not after another space or at the end of a line."""
        self._pieces.append((" ", context))

    @property
    def latin(self) -> bool:
        """Whether the current line contains letters, none of them Chinese."""
        written = "".join(piece for piece, _ in self._pieces)
        return ANY_LETTER.search(written) is not None and HAN_CHAR.search(written) is None

    @property
    def last(self) -> str:
        """The last text written to the current line."""
        return self._pieces[-1][0] if self._pieces else ""

    def end(self, *, verbatim: bool = False) -> None:
        """Ends the current line, if there is one."""
        if not self._pieces:
            self._gap |= verbatim
            return
        pieces, self._pieces = self._pieces, []
        visible = [piece for piece in pieces if piece[0] and not piece[0].isspace()]
        text = "".join([text for text, _ in pieces]) if visible else ""
        text = UNPRINTABLE.sub("", text).strip() if visible and visible[0][1].verbatim else shown(text)
        if not text:
            self._gap |= verbatim
            return
        self.lines.append(_line(text, pieces, visible, gap=self._gap))
        self._gap = False


def _line(
    text: str, pieces: Sequence[tuple[str, ElementContext]], visible: list[tuple[str, ElementContext]], *, gap: bool
) -> PageLine:
    if len(visible) == 1:
        return _line_of_one_piece(text, visible[0][1], gap=gap)
    contexts = [context for _, context in visible]
    bold = all(context.bold for context in contexts)
    opening = ""
    if not bold and contexts[0].bold:
        for piece, context in pieces:
            if not context.bold and not piece.isspace():
                break
            opening += piece
    context = msgspec.structs.replace(
        contexts[0],
        bold=bold,
        link=all(context.link for context in contexts),
        hidden=all(context.hidden for context in contexts),
        furniture=any(context.furniture for context in contexts),
        byline=max(context.byline for context in contexts),
        level=max(context.level for context in contexts),
    )
    linked = sum(len(shown(piece)) for piece, at in visible if at.link)
    runs = _runs(text, pieces) if any(at.bold or at.italic or at.code for at in contexts) else ()
    return PageLine(text, context, len(shown(opening)), linked, gap, runs)


def _line_of_one_piece(text: str, context: ElementContext, *, gap: bool) -> PageLine:
    """What `_line` makes of most lines."""
    is_marked = context.bold or context.italic or context.code
    runs = _whole_runs(text, [(text, context)]) if is_marked else ()
    return PageLine(text, context, 0, len(text) if context.link else 0, gap, runs)


def _runs(text: str, pieces: Iterable[tuple[str, ElementContext]]) -> tuple[TextRun, ...]:
    """The bold, italic and code runs of a line, whose `pieces` became its `text`; a space between runs joins them."""
    runs: list[TextRun] = []
    last: dict[str, int] = {}
    at = 0  # characters of the text that were found in the pieces before
    for piece, context in pieces:
        words = shown(piece)
        if not words:
            continue
        start = text.find(words, at, at + len(words) + 2)
        if start < 0:
            # Spaces are different: in preformatted text, or beside characters that do not print.
            return _whole_runs(text, pieces)
        at = start + len(words)
        kinds = (("bold", context.bold), ("italic", context.italic), ("code", context.code))
        for kind in (kind for kind, holds in kinds if holds):
            i = last.get(kind)
            if i is not None and not text[runs[i].end : start].strip():
                runs[i] = TextRun(runs[i].start, at, runs[i].kind)
            else:
                last[kind] = len(runs)
                runs.append(TextRun(start, at, kind))  # type: ignore[arg-type]
    return tuple(runs)


def _whole_runs(text: str, pieces: Iterable[tuple[str, ElementContext]]) -> tuple[TextRun, ...]:
    """The runs that cover all of a line."""
    contexts = [context for piece, context in pieces if piece.strip()]
    kinds: tuple[tuple[EvidenceKind, bool], ...] = (
        ("bold", all(context.bold for context in contexts)),
        ("italic", all(context.italic for context in contexts)),
        ("code", all(context.code for context in contexts)),
    )
    return tuple(TextRun(0, len(text), kind) for kind, holds in kinds if holds)


def page_lines(root: "HtmlElement", sizes: Mapping["HtmlElement", int]) -> list[PageLine]:
    """Returns the lines of a page from top to bottom. Hidden lines and furniture are included and marked.

    `sizes` are the numbers of visible characters inside the elements.
    """
    most = MAX_FURNITURE_SHARE * sizes.get(root, 0)
    kinds = elements()
    writer = LineWriter()
    blocks = 0
    cells: dict[int, int] = {}
    stack: list[tuple[HtmlElement, ElementContext, bool, bool]] = [(root, ElementContext(), False, False)]
    # Each element is on the stack twice: before its text, and, with whether its end is the end of a line, before its
    # tail.
    while stack:
        node, context, leaving, ends_line = stack.pop()
        if leaving:
            if ends_line:
                writer.end()
            if tail := node.tail:
                writer.write(tail, context)
            continue
        # Comments and processing instructions have a function as their tag.
        tag = node.tag
        kind = kinds.get(tag, "") if isinstance(tag, str) else "unseen"
        if kind == "break":
            # A heading is one line: its breaks only fit it to a screen.
            writer.space(context) if context.level else writer.end()
        elif kind != "unseen" and (kind != "control" or context.byline):
            attributes = dict(node.items())
            if not _is_read_out(attributes):
                changes = _changes(tag, kind, attributes, context, large=sizes.get(node, 0) > most)
                if kind in BLOCK_KINDS:
                    writer.end()
                    blocks += 1
                    changes |= _block(tag, attributes, changes, context, blocks, cells)
                    ends_line = True
                inner = msgspec.structs.replace(context, **changes) if changes else context
                if kind not in BLOCK_KINDS:
                    ends_line = _begin_inline(writer, node, inner, context)
                stack.append((node, context, True, ends_line))
                stack.extend([(child, inner, False, False) for child in node.iterchildren(reversed=True)])
                if text := node.text:
                    writer.write(text, inner)
                continue
        if tail := node.tail:
            writer.write(tail, context)
    writer.end()
    return writer.lines


def _begin_inline(writer: LineWriter, node: "HtmlElement", inner: ElementContext, outer: ElementContext) -> bool:
    """Separates an inline element from the text before it, if the page shows a gap there.

    Returns whether the end of the element also ends the line.
    """
    if inner.byline and _abuts(node):
        writer.end() if writer.latin else writer.space(outer)
    elif not outer.verbatim and _is_set_apart(node, writer.last):
        writer.space(outer)
    if inner.furniture and not outer.furniture and outer.byline:
        # A share bar inside a byline is not part of it.
        writer.end()
        return True
    return False


def _block(
    tag: str,
    attributes: Mapping[str, str],
    changes: Mapping[str, Any],
    outer: ElementContext,
    number: int,
    cells: dict[int, int],
) -> dict[str, Any]:
    """What a block changes in the context, besides `changes`; `cells` counts the cells of each row."""
    kind = MARKED_BLOCKS.get(tag) or ("caption" if changes.get("caption") and not outer.caption else None)
    classes = attributes.get("class", "").split()
    shown = f"{tag}.{'.'.join(classes)}" if classes else tag
    found: dict[str, Any] = {
        "block": number,
        "holder": outer.block,
        "tag": tag,
        "sort": f"{outer.sort.rpartition('>')[2]}>{shown[:100]}",
        "byline": max(changes.get("byline", outer.byline) - 1, 0),
    }
    if tag == "table":
        found |= {"table": number, "row": 0}
    elif tag == "tr":
        found["row"] = number
    if kind is not None:
        found["marks"] = _marks(kind, outer, number, cells)
    if kind == "cell":
        found["cells"] = (*outer.cells, number)
    return found


def _marks(kind: EvidenceKind, outer: ElementContext, number: int, cells: dict[int, int]) -> tuple[BlockMark, ...]:
    """The marks in a block of this kind: the innermost of each kind."""
    column = 0
    if kind == "cell":
        column = cells[outer.row] = cells.get(outer.row, 0) + 1
    mark = BlockMark(kind, number, outer.row if kind == "cell" else 0, column)
    # A summary is in the details that it heads.
    out = {kind, "definition"} if kind == "term" else {kind}
    return (*(each for each in outer.marks if each.kind not in out), mark)


def _abuts(node: "HtmlElement") -> bool:
    """Whether an inline element starts right where another ends, as in bylines that are separated by style alone."""
    other = node.getprevious()
    return other is not None and not other.tail and isinstance(other.tag, str) and elements().get(other.tag) != "break"


def _is_set_apart(node: "HtmlElement", before: str) -> bool:
    """Whether an inline element is separated from the previous one by style alone.

    This is so if both have classes that differ, or both contain several words, and the text at the border is two words:
    `Vale` and `My father`, `7 min read` and `Mar 3`, but not `T` and `he`.
    """
    other = node.getprevious()
    if other is None or other.tail or not isinstance(other.tag, str) or elements().get(other.tag, "") in PARTING:
        return False
    if WORD_ENDS.search(before) is None:
        return False
    after = next((text for text in node.itertext(with_tail=False) if text), "")
    if WORD_BEGINS.match(after) is None:
        return False
    classes, others = node.get("class", "").split(), other.get("class", "").split()
    return bool(classes and others and classes != others) or (" " in before.strip() and " " in after.strip())


def _changes(
    tag: str, kind: str, attributes: Mapping[str, str], context: ElementContext, *, large: bool
) -> dict[str, Any]:
    """Returns what an element changes in the context of the text inside it."""
    changes: dict[str, Any] = {}
    if kind == "heading":
        changes["level"] = int(tag[1])
    elif kind in {"bold", "italic", "code"} or (kind == "link" and not _is_mark(attributes)):
        changes[kind] = True
    elif kind == "furniture":
        changes[kind] = context.furniture or not large
    if tag in VERBATIM:
        changes["verbatim"] = True
    elif tag == "time":
        changes["byline"] = BYLINE_LEVELS
    for name, value in attributes.items():
        if name in TELLING_ATTRIBUTES:
            changes.update(_said_by(name, value, large=large))
    return changes


def _said_by(name: str, value: str, *, large: bool) -> Mapping[str, Any]:
    """Returns what an attribute changes in the context; an element that holds most of a page is not hidden by it."""
    if name == "style":
        return {
            kind: True
            for kind, pattern in (("bold", HEAVY), ("italic", SLANTED), ("hidden", HIDING))
            if pattern.search(value) and not (large and kind == "hidden")
        }
    if large:
        return {}
    return {"hidden": True} if name == "hidden" else _hints_in(value[:MAX_ATTRIBUTE_CHARS])


def _is_read_out(attributes: Mapping[str, str]) -> bool:
    """Whether the text of an element is not shown, and only a screen reader reads it out: `, opens in a new tab`."""
    name, style = attributes.get("class"), attributes.get("style")
    if not name and not style:
        return False
    return bool((name and _is_unseen_class(name[:MAX_ATTRIBUTE_CHARS])) or (style and UNSEEN_STYLE.search(style)))


@lru_cache(maxsize=4096)
def _is_unseen_class(name: str) -> bool:
    return UNSEEN_CLASS.search(name) is not None


def _is_mark(attributes: Mapping[str, str]) -> bool:
    """Whether an `<a>` is an anchor, not a link: `<a name="top">`, which old pages never close."""
    if "href" in attributes or "onclick" in attributes:
        return False
    return "name" in attributes or "id" in attributes


@lru_cache(maxsize=4096)
def _hints_in(value: str) -> Mapping[str, Any]:
    """Returns what the words in an attribute change in the context."""
    known = hints()
    found = (known.get(word.lower()) for word in ATTRIBUTE_WORD.findall(value))
    return {hint: BYLINE_LEVELS if hint == "byline" else True for hint in found if hint is not None}
