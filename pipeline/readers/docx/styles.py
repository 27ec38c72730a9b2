"""Reads the styles of a Word document: which are headings, which are bold or italic."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
import regex

from pipeline.readers.archives.zip_package import attribute, elements_named, local_name

if TYPE_CHECKING:
    from lxml.etree import _Element

HEADING_STYLE = regex.compile(
    r"(?i)\s{0,3}(?:heading|标题|標題|überschrift|titre|título|заголовок)\s{0,3}([1-9])\s{0,3}"
)
"""Names of the built-in styles of headings; the programs of some languages store them translated."""
TITLE_STYLES = frozenset({"title", "标题", "標題"})
MAX_STYLE_DEPTH = 20
"""Maximum number of styles that a style is based on, one after the other."""
OFF = frozenset({"0", "false", "off", "none"})


class TextStyle(msgspec.Struct, frozen=True):
    """What a style says of text: `level` is 1 to 6 for a heading, 0 for others; None where it says nothing."""

    level: int | None = None
    bold: bool | None = None
    italic: bool | None = None
    hidden: bool | None = None


def read_styles(root: "_Element") -> Mapping[str, TextStyle]:
    """The styles of a document by their id, with what they take from those that they are based on."""
    own: dict[str, TextStyle] = {}
    bases: dict[str, str] = {}
    for element in elements_named(root, "style"):
        identity = attribute(element, "styleId")
        if identity is None:
            continue
        name, level = "", None
        for child in element:
            kind = local_name(child)
            if kind == "name":
                name = attribute(child, "val") or ""
            elif kind == "basedOn":
                bases[identity] = attribute(child, "val") or ""
            elif kind == "pPr":
                level = outline_level(child)
        run = next((child for child in element if local_name(child) == "rPr"), None)
        said = TextStyle() if run is None else run_style(run)
        own[identity] = msgspec.structs.replace(said, level=_heading_level(name) or level)
    return {identity: _resolved(identity, own, bases) for identity in own}


def _heading_level(name: str) -> int | None:
    if name.strip().lower() in TITLE_STYLES:
        return 1
    heading = HEADING_STYLE.fullmatch(name)
    return None if heading is None else min(int(heading[1]), 6)


def _resolved(identity: str, own: Mapping[str, TextStyle], bases: Mapping[str, str]) -> TextStyle:
    style = own[identity]
    for _ in range(MAX_STYLE_DEPTH):
        identity = bases.get(identity, "")
        if identity not in own:
            break
        style = merged(own[identity], style)
    return style


def merged(below: TextStyle, above: TextStyle) -> TextStyle:
    """A style on top of another: what the upper one says wins."""
    return TextStyle(
        below.level if above.level is None else above.level,
        below.bold if above.bold is None else above.bold,
        below.italic if above.italic is None else above.italic,
        below.hidden if above.hidden is None else above.hidden,
    )


def run_style(properties: "_Element") -> TextStyle:
    """What the properties of a run (`rPr`) say."""
    said = {local_name(child): (attribute(child, "val") or "").lower() not in OFF for child in properties}
    return TextStyle(None, said.get("b"), said.get("i"), said.get("vanish"))


def outline_level(properties: "_Element") -> int | None:
    """The level of a heading from the properties of a paragraph (`pPr`): 1 to 6; None for text."""
    for child in properties:
        if local_name(child) == "outlineLvl":
            value = attribute(child, "val") or ""
            return int(value) + 1 if value in {"0", "1", "2", "3", "4", "5"} else None
    return None
