"""Turns the body of a Word document into HTML, so that its markup becomes evidence as that of a page does.

What Word shows is kept: paragraphs, headings, lists, tables, boxes, bold and italic text, accepted changes, and notes
at the end. What it does not show is not: deleted text, hidden text, comments, codes of fields. Nor are headers and
footers.
"""

from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING

from pipeline.readers.archives.zip_package import attribute, local_name
from pipeline.readers.docx.styles import TextStyle, merged, outline_level, run_style

if TYPE_CHECKING:
    from lxml.etree import _Element

PLAIN = TextStyle()
UNSEEN_CONTENT = frozenset({"del", "moveFrom", "instrText", "delText", "delInstrText", "sectPr", "pPr", "rPr", "tblPr"})
"""Elements whose text Word does not show, or that hold none."""
BREAKS = {"br": "<br>", "cr": "<br>", "tab": "\t", "noBreakHyphen": "\N{NON-BREAKING HYPHEN}"}
PRIVATE_USE = range(0xE000, 0xF900)
"""Code points of symbol fonts, which mean nothing without the font."""


class WordMarkup:
    """The HTML of one document. `styles` are its styles by id."""

    def __init__(self, styles: Mapping[str, TextStyle]) -> None:
        self._styles = styles
        self._boxes: list[_Element] = []

    def blocks(self, parent: "_Element") -> Iterator[str]:
        """Yields the HTML of the blocks in an element: paragraphs and tables."""
        for child in parent:
            name = local_name(child)
            if name == "p":
                yield from self._paragraph(child)
            elif name == "tbl":
                yield "<table>"
                yield from self._rows(child)
                yield "</table>"
            elif name == "AlternateContent":
                yield from self.blocks(_choice(child))
            elif name and name not in UNSEEN_CONTENT:
                # Content controls, accepted insertions and the like hold blocks.
                yield from self.blocks(child)

    def _rows(self, parent: "_Element") -> Iterator[str]:
        for child in parent:
            name = local_name(child)
            if name == "tr":
                yield f"<tr>{''.join(self._cells(child))}</tr>"
            elif name and name not in UNSEEN_CONTENT:
                yield from self._rows(child)

    def _cells(self, parent: "_Element") -> Iterator[str]:
        for child in parent:
            name = local_name(child)
            if name == "tc":
                yield f"<td>{''.join(self.blocks(child))}</td>"
            elif name and name not in UNSEEN_CONTENT:
                yield from self._cells(child)

    def _paragraph(self, paragraph: "_Element") -> Iterator[str]:
        properties = next((child for child in paragraph if local_name(child) == "pPr"), None)
        style, is_item = PLAIN, False
        if properties is not None:
            for child in properties:
                name = local_name(child)
                if name == "pStyle":
                    style = self._styles.get(attribute(child, "val") or "", PLAIN)
                elif name == "numPr":
                    is_item = not any(local_name(each) == "numId" and attribute(each, "val") == "0" for each in child)
            level = outline_level(properties)
            style = merged(style, TextStyle(level=level))
        boxes, self._boxes = self._boxes, []
        text = "".join(self._runs(paragraph, style))
        found, self._boxes = self._boxes, boxes
        if text.strip():
            tag = f"h{style.level}" if style.level else "li" if is_item else "p"
            yield f"<{tag}>{text}</{tag}>"
        for box in found:
            yield from self.blocks(box)

    def _runs(self, parent: "_Element", style: TextStyle) -> Iterator[str]:
        for child in parent:
            name = local_name(child)
            if name == "r":
                yield self._run(child, style)
            elif name == "AlternateContent":
                yield from self._runs(_choice(child), style)
            elif name and name not in UNSEEN_CONTENT:
                yield from self._runs(child, style)

    def _run(self, run: "_Element", style: TextStyle) -> str:
        properties = next((child for child in run if local_name(child) == "rPr"), None)
        if properties is not None:
            named = next((attribute(child, "val") for child in properties if local_name(child) == "rStyle"), None)
            style = merged(merged(style, self._styles.get(named or "", PLAIN)), run_style(properties))
        text = "".join(self._text(run))
        if style.hidden or not text:
            return ""
        # A heading is bold by its nature; a bold question in one is no other sort.
        text = f"<b>{text}</b>" if style.bold and not style.level else text
        return f"<i>{text}</i>" if style.italic else text

    def _text(self, run: "_Element") -> Iterator[str]:
        for child in run:
            name = local_name(child)
            if name == "t":
                yield escape(child.text or "", quote=False)
            elif name in BREAKS:
                yield BREAKS[name]
            elif name == "sym":
                yield _symbol(attribute(child, "char") or "")
            elif name in {"AlternateContent", "drawing", "pict", "object"}:
                content = _choice(child) if name == "AlternateContent" else child
                self._boxes += [
                    each for each in content.iter() if local_name(each) == "txbxContent" and not _is_boxed(each)
                ]


def _choice(alternatives: "_Element") -> "_Element":
    """The first of several forms of one content; others are for programs that do not know it."""
    return next((child for child in alternatives if local_name(child) in {"Choice", "Fallback"}), alternatives)


def _is_boxed(box: "_Element") -> bool:
    """Whether a box is in another one, whose blocks hold it, or in a second form of the same content."""
    return any(local_name(each) in {"txbxContent", "Fallback"} for each in _between_run_and(box))


def _between_run_and(element: "_Element") -> "Iterator[_Element]":
    for each in element.iterancestors():
        if local_name(each) == "r":
            return
        yield each


def _symbol(code: str) -> str:
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    is_char = 31 < number < 0xD800 or 0xF900 <= number < 0x110000
    return escape(chr(number), quote=False) if is_char and number not in PRIVATE_USE else ""
