"""The lines of a page as a reader sees them: every block and every `<br>` ends one, inline elements end nothing.

`get_text()` without a separator is where run-together words come from: a paragraph's end and the next one's beginning
are glued; with one, words that hold an element fall apart. Nothing here recurses: pages nest as deep as they like.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

import msgspec
import regex

from pipeline.lexicon import lists

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag
    from bs4.element import PageElement

PAGE_SPACES = regex.compile(r"[ \t\r\n\f\v\xa0]+")
UNPRINTABLE = regex.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
HIDING = regex.compile(r"(?i)display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden")
HEAVY = regex.compile(r"(?i)font-weight\s{0,3}:\s{0,3}(?:bold|[6-9]00)")
ANY_LETTER = regex.compile(r"\p{L}")
HAN_CHAR = regex.compile(r"\p{Han}")
WORD_ENDS, WORD_BEGINS = regex.compile(r"[\p{Latin}\d]{2}[:,.;!?]?$"), regex.compile(r"\p{Lu}\p{L}|\p{Lu} |\d[\d ]")
ATTRIBUTE_WORD = regex.compile(r"[A-Z]?[a-z]{1,30}+|[A-Z]{2,30}+")
NAMING_ATTRIBUTES = ("class", "id", "role", "rel", "itemprop", "property", "data-testid", "data-component")
"""Attributes whose words say what an element is for."""
MAX_ATTRIBUTE_CHARS = 300
"""Characters of an attribute that are read for that."""
MAX_FURNITURE_SHARE = 0.4
"""Share of a page's text from which no element is furniture or hidden, whatever it is called."""
BYLINE_LEVELS = 3
"""Blocks within each other for whose text a byline's name holds: a share bar deep inside is none."""
BLOCK_KINDS = frozenset({"block", "heading", "furniture"})
"""Kinds of elements that begin and end a line."""
PARTING = frozenset({"block", "heading", "furniture", "break", "unseen"})
VERBATIM = frozenset({"listing", "pre", "xmp"})


class ElementContext(msgspec.Struct, frozen=True, gc=False):
    """Where in a page some text stands: what holds for all text below an element.

    `block` is the number of the innermost block around it, `holder` that of the next one outwards, `table` and `row`
    those of the innermost table and its row, or 0. `sort` is told by the names and classes of these two blocks: lines
    of one kind have one. `level` is 1 to 6 in a heading, else 0. `byline` is over 0 where an element not far outwards
    is called as bylines are. The others say what elements around it are, or are called.
    """

    block: int = 0
    holder: int = 0
    table: int = 0
    row: int = 0
    tag: str = "body"
    sort: str = ""
    level: int = 0
    bold: bool = False
    link: bool = False
    furniture: bool = False
    byline: int = 0
    lead: bool = False
    hidden: bool = False
    verbatim: bool = False


class PageLine(msgspec.Struct, frozen=True, gc=False):
    """A line of a page, and where it stands.

    `context` is that of its first letter, but for `bold`, `link` and `hidden`, which say that all of it is, and
    `furniture`, `byline` and `level`, which say that some of it is. `opening` is how many of its first characters are
    bold where not all are; `linked` how many are links; `gap` that a blank line stands before it in preformatted text.
    """

    text: str
    context: ElementContext = ElementContext()
    opening: int = 0
    linked: int = 0
    gap: bool = False

    @property
    def beside(self) -> bool:
        """Whether it stands beside the article, or leads away from it, or is not seen at all."""
        return self.context.furniture or self.context.hidden or 2 * self.linked > len(self.text)


@cache
def elements() -> Mapping[str, str]:
    """What each element does to text, by its name; from `elements.tsv`."""
    return _table("elements.tsv")


@cache
def hints() -> Mapping[str, str]:
    """What words of an element's attributes say of its text; from `hints.tsv`."""
    return _table("hints.tsv")


def _table(name: str) -> Mapping[str, str]:
    return {word: "\t".join(kinds) for word, *kinds in lists.table(__package__, name)}


class LineWriter:
    """Collects the pieces of the line that is being written, and the lines."""

    def __init__(self) -> None:
        self.lines: list[PageLine] = []
        self._pieces: list[tuple[str, ElementContext]] = []
        self._lettered = self._han = False
        self._gap = False

    def write(self, text: str, context: ElementContext) -> None:
        """Text within a line; in preformatted text a line end ends it."""
        if not context.verbatim:
            self._pieces.append((text, context))
            self._lettered = self._lettered or ANY_LETTER.search(text) is not None
            self._han = self._han or HAN_CHAR.search(text) is not None
            return
        for i, piece in enumerate(text.split("\n")):
            if i:
                self.end(verbatim=True)
            self._pieces.append((piece, context))

    def blank(self, context: ElementContext) -> None:
        """A blank where the page shows two things apart; none where one stands, or at a line's ends."""
        self._pieces.append((" ", context))

    @property
    def latin(self) -> bool:
        """Whether what was written on this line has letters, none of them Chinese."""
        return self._lettered and not self._han

    @property
    def last(self) -> str:
        """What was written last on this line."""
        return self._pieces[-1][0] if self._pieces else ""

    def end(self, *, verbatim: bool = False) -> None:
        """Ends the line, where there is one."""
        pieces, self._pieces = self._pieces, []
        self._lettered = self._han = False
        said = [(text, context) for text, context in pieces if text and not text.isspace()]
        text = "".join(text for text, _ in pieces) if said else ""
        if text and not said[0][1].verbatim:
            text = PAGE_SPACES.sub(" ", text)
        text = UNPRINTABLE.sub("", text).strip()
        if not text:
            self._gap |= verbatim
            return
        self.lines.append(_line(text, pieces, said, gap=self._gap))
        self._gap = False


def _line(
    text: str, pieces: Iterable[tuple[str, ElementContext]], said: list[tuple[str, ElementContext]], *, gap: bool
) -> PageLine:
    contexts = [context for _, context in said]
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
    linked = sum(len(PAGE_SPACES.sub(" ", piece).strip()) for piece, at in said if at.link)
    return PageLine(text, context, len(PAGE_SPACES.sub(" ", opening).strip()), linked, gap)


def page_lines(soup: "BeautifulSoup") -> list[PageLine]:
    """The lines of a page from top to bottom; those that are hidden or furniture too, marked as such."""
    from bs4 import Tag
    from bs4.element import NavigableString, PreformattedString

    sizes = _sizes(soup)
    most = MAX_FURNITURE_SHARE * sizes.get(id(soup), 0)
    writer = LineWriter()
    blocks = 0
    stack: list[tuple[PageElement, ElementContext, bool]] = [(soup, ElementContext(), False)]
    while stack:
        node, context, leaving = stack.pop()
        if isinstance(node, NavigableString):
            # Comments, declarations and the like are strings of a kind of their own.
            if not isinstance(node, PreformattedString):
                writer.write(str(node), context)
            continue
        kind = elements().get(node.name, "") if isinstance(node, Tag) else "unseen"
        if leaving:
            writer.end()
        elif kind == "break":
            # A heading is one line, however wide the screen for which its author broke it.
            writer.blank(context) if context.level else writer.end()
        elif isinstance(node, Tag) and kind != "unseen" and (kind != "control" or context.byline):
            inner = _inner(node, kind, context, large=sizes.get(id(node), 0) > most)
            if kind in BLOCK_KINDS:
                writer.end()
                blocks += 1
                inner = _block(node, inner, context, blocks)
                stack.append((node, inner, True))
            elif _begin_inline(writer, node, inner, context):
                stack.append((node, inner, True))
            stack.extend((child, inner, False) for child in reversed(node.contents))
    writer.end()
    return writer.lines


def _begin_inline(writer: LineWriter, node: "Tag", inner: ElementContext, outer: ElementContext) -> bool:
    """Separates an inline element from the text before it where the page shows the two apart.

    Returns whether the end of the element ends a line, too.
    """
    if inner.byline and _abuts(node):
        writer.end() if writer.latin else writer.blank(outer)
    elif not outer.verbatim and _is_set_apart(node, writer.last):
        writer.blank(outer)
    if inner.furniture and not outer.furniture and outer.byline:
        # A share bar within a byline is not part of it.
        writer.end()
        return True
    return False


def _block(node: "Tag", inner: ElementContext, outer: ElementContext, number: int) -> ElementContext:
    classes = node.attrs.get("class")
    shown = node.name if not classes else f"{node.name}.{classes if isinstance(classes, str) else '.'.join(classes)}"
    return msgspec.structs.replace(
        inner,
        block=number,
        holder=outer.block,
        tag=node.name,
        sort=f"{outer.sort.rpartition('>')[2]}>{shown[:100]}",
        table=number if node.name == "table" else outer.table,
        row=number if node.name == "tr" else 0 if node.name == "table" else outer.row,
        byline=max(inner.byline - 1, 0),
    )


def _abuts(node: "Tag") -> bool:
    """Whether an inline element begins right where another one ends: a byline is set apart by style alone."""
    from bs4 import Tag

    return isinstance(node.previous_sibling, Tag) and elements().get(node.previous_sibling.name) != "break"


def _is_set_apart(node: "Tag", before: str) -> bool:
    """Whether an inline element is parted by style alone from the one that ends where it begins.

    They are of two classes, or each says more than a word, and what meets is two words: `Vale` and `My father`, `7 min
    read` and `Mar 3`, not `T` and `he`.
    """
    from bs4 import Tag

    other = node.previous_sibling
    if not isinstance(other, Tag) or elements().get(other.name, "") in PARTING:
        return False
    behind = next((text for text in node.strings if text), "")
    if WORD_ENDS.search(before) is None or WORD_BEGINS.match(behind) is None:
        return False
    classes, others = node.attrs.get("class"), other.attrs.get("class")
    return bool(classes and others and classes != others) or (" " in before.strip() and " " in behind.strip())


def _inner(node: "Tag", kind: str, context: ElementContext, *, large: bool) -> ElementContext:
    """What holds below an element."""
    changes: dict[str, object] = {}
    if kind == "heading":
        changes["level"] = int(node.name[1])
    elif kind == "bold" or (kind == "link" and not _is_mark(node)):
        changes[kind] = True
    elif kind == "furniture":
        changes[kind] = context.furniture or not large
    if node.name in VERBATIM:
        changes["verbatim"] = True
    elif node.name == "time":
        changes["byline"] = BYLINE_LEVELS
    if node.attrs:
        style = str(node.attrs.get("style", ""))
        if HEAVY.search(style):
            changes["bold"] = True
        if not large and ("hidden" in node.attrs or HIDING.search(style)):
            changes["hidden"] = True
        if not large:
            changes.update((said, BYLINE_LEVELS if said == "byline" else True) for said in _hints_of(node))
    return msgspec.structs.replace(context, **changes) if changes else context


def _is_mark(node: "Tag") -> bool:
    """Whether an `<a>` leads nowhere but is led to: `<a name="top">`, which old pages never close."""
    return ("name" in node.attrs or "id" in node.attrs) and "href" not in node.attrs and "onclick" not in node.attrs


def _hints_of(node: "Tag") -> Iterator[str]:
    """What the words of an element's attributes say of its text."""
    known = hints()
    for name in NAMING_ATTRIBUTES:
        value = node.attrs.get(name)
        if value:
            text = value if isinstance(value, str) else " ".join(value)
            for word in ATTRIBUTE_WORD.findall(text, 0, MAX_ATTRIBUTE_CHARS):
                said = known.get(word.lower())
                if said is not None:
                    yield said


def _sizes(soup: "BeautifulSoup") -> Mapping[int, int]:
    """Characters of text below each element, by its id, but for what is not shown."""
    from bs4 import Tag
    from bs4.element import NavigableString, PreformattedString

    sizes: dict[int, int] = {}
    stack: list[tuple[PageElement, bool]] = [(soup, False)]
    while stack:
        node, leaving = stack.pop()
        if leaving and node.parent is not None:
            sizes[id(node.parent)] = sizes.get(id(node.parent), 0) + sizes.get(id(node), 0)
        elif isinstance(node, Tag):
            if not leaving and elements().get(node.name) != "unseen":
                stack.append((node, True))
                stack.extend((child, False) for child in node.contents)
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString) and node.parent is not None:
            sizes[id(node.parent)] = sizes.get(id(node.parent), 0) + len(node.strip())
    return sizes
