"""Reads one entry of a feed: its title, author, date and address, and its content as HTML."""

import html
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

import msgspec
import regex

from pipeline.readers.feeds.broken_entry import broken_entry
from pipeline.readers.html.lines import UNPRINTABLE

if TYPE_CHECKING:
    from lxml.etree import _Element

TAG_PREFIX = regex.compile(r"</?([A-Za-z_][\w.-]{0,40}):(?=[A-Za-z_])")
ATTRIBUTE_PREFIX = regex.compile(r"\s([A-Za-z_][\w.-]{0,40}):[A-Za-z_][\w.-]{0,40}\s{0,3}=")
DECLARED = regex.compile(r"\sxmlns:([A-Za-z_][\w.-]{0,40})\s{0,3}=")
BARE_AMPERSAND = regex.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
CDATA_SECTION = regex.compile(r"(<!\[CDATA\[.*?\]\]>)", regex.DOTALL)
BLANKS = regex.compile(r"\s+")
ANY_MARKUP = regex.compile(r"<[A-Za-z!/][^<>]{0,2000}>")
MAX_PREFIXES = 50
MAX_METADATA_CHARS = 2000
MAX_CATEGORIES = 50

CONTENT_FIELDS = (
    "content:encoded",
    "content",
    "fulltext",
    "full-text",
    "body",
    "description",
    "summary",
    "itunes:summary",
)
"""The elements that may hold the article, the fullest first."""
SUMMARY_FIELDS = frozenset({"description", "summary", "itunes:summary"})
"""Those of them that may hold only a summary."""


class EntryError(ValueError):
    """An entry that cannot be parsed. The message says why."""


class FeedEntry(msgspec.Struct, frozen=True):
    """An entry. `content` is HTML, or text without markup, from the element `field`; it is empty if there is none.

    `values` are the texts of all its other elements, by name with the usual prefix, the first of each name.
    `is_sound` is false if the entry is no valid XML and was repaired to be read.
    """

    content: str
    field: str | None
    metadata: Mapping[str, str]
    values: Mapping[str, str]
    is_sound: bool = True


def read_entry(text: str, prefixes: Mapping[str, str]) -> FeedEntry:
    """The entry in `text`, an XML element. `prefixes` maps prefixes of the feed to the usual ones.

    Raises `EntryError` if it cannot be parsed at all.
    """
    element, sound = _element(text)
    children: dict[str, list[_Element]] = {}
    for child in element:
        if isinstance(child.tag, str):
            children.setdefault(_name(child, prefixes), []).append(child)
    values = {
        name: _text(same[0])[:MAX_METADATA_CHARS] for name, same in children.items() if name not in CONTENT_FIELDS
    }
    contents = ((name, _content(child)) for name in CONTENT_FIELDS for child in children.get(name, ()))
    field, content = next(((name, content) for name, content in contents if content.strip()), (None, ""))
    return FeedEntry(content, field, dict(_metadata(children, values)), values, sound)


def read_header(text: str, prefixes: Mapping[str, str]) -> Mapping[str, str]:
    """The title and, in Atom, the author of the feed, from what comes before its first entry."""
    from lxml.etree import XMLPullParser, XMLSyntaxError

    parser = XMLPullParser(events=("end",), recover=True, resolve_entities=False, no_network=True)
    found: dict[str, str] = {}
    try:
        parser.feed(_with_prefixes(UNPRINTABLE.sub("", text)))
        for _, node in parser.read_events():
            element = cast("_Element", node)
            parent = element.getparent()
            if isinstance(element.tag, str) and parent is not None and isinstance(parent.tag, str):
                path = f"{_name(parent, prefixes)}/{_name(element, prefixes)}"
                found.setdefault(path, _plain(_text(element)))
    except XMLSyntaxError:
        pass
    site = found.get("channel/title") or found.get("feed/title", "")
    return {name: value for name, value in (("site", site), ("author", found.get("author/name", ""))) if value}


# --- XML


def _element(text: str) -> "tuple[_Element, bool]":
    """The element, and whether it is valid XML. Entities of a document type are never expanded."""
    from lxml.etree import XMLParser, XMLSyntaxError, fromstring

    text = UNPRINTABLE.sub("", text)
    parser = XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        return cast("_Element", fromstring(_with_prefixes(text), parser)[0]), True
    except (XMLSyntaxError, ValueError, IndexError) as error:
        element = broken_entry(text)
        if not len(element):
            raise EntryError(str(error).splitlines()[0]) from None
        return element, False


def _with_prefixes(text: str) -> str:
    """The XML in a root element that declares all prefixes in it, with its bare ampersands escaped, as in `&nbsp;`.

    They are part of the HTML that the content is, or was meant to be.
    """
    used = {*TAG_PREFIX.findall(text), *ATTRIBUTE_PREFIX.findall(text)} - {"xml", "xmlns"}
    names = sorted(used)[:MAX_PREFIXES]
    declared = "".join(f' xmlns:{name}="prefix:{name}"' for name in names)
    pieces = CDATA_SECTION.split(text)
    pieces[::2] = [BARE_AMPERSAND.sub("&amp;", piece) for piece in pieces[::2]]
    return f"<root{declared}>{''.join(pieces)}</root>"


def _name(element: "_Element", prefixes: Mapping[str, str]) -> str:
    """The name of an element with the usual prefix of its namespace: `content:encoded`, `title`."""
    local = str(element.tag).rpartition("}")[2]
    prefix = prefixes.get(element.prefix or "", element.prefix or "")
    return f"{prefix}:{local}" if prefix and prefix not in {"atom", "rss"} else local


def _text(element: "_Element") -> str:
    return "".join(map(str, element.itertext()))


def _plain(text: str) -> str:
    """A title or name as plain text: entities and tags of HTML are often escaped in it."""
    return BLANKS.sub(" ", html.unescape(ANY_MARKUP.sub("", text))).strip()[:MAX_METADATA_CHARS]


def _content(element: "_Element") -> str:
    """The HTML of an element: escaped in its text, or as elements in it (`type="xhtml"`)."""
    kind = (element.get("type") or "").lower()
    if len(element):
        from lxml.etree import tostring

        inner = "".join(tostring(child, encoding="unicode") for child in element)
        return f"{html.escape(element.text or '', quote=False)}{inner}"
    if kind.startswith(("image/", "audio/", "video/", "application/")) and "html" not in kind:
        return ""
    return element.text or ""


# --- metadata


def _metadata(children: "Mapping[str, list[_Element]]", values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yields the name and value of what the entry says of itself."""
    known = {
        "title": _plain(_text(children["title"][0])) if "title" in children else "",
        "author": _authors(children),
        "date": _first(values, ("pubDate", "published", "issued", "dc:date", "dcterms:created", "created", "updated")),
        "url": _link(children) or _permalink(children),
        "guid": _first(values, ("guid", "id")),
        "categories": _categories(children),
    }
    for name, value in known.items():
        if value:
            yield name, value


def _first(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := _plain(values.get(name, "")))), "")


def _authors(children: "Mapping[str, list[_Element]]") -> str:
    """The authors: `dc:creator`, the names in Atom's `author`, or the name after an address in that of RSS."""
    names = [_plain(_text(child)) for child in children.get("dc:creator", ())]
    for child in () if any(names) else children.get("author", ()):
        named = [_plain(_text(inner)) for inner in child if str(inner.tag).rpartition("}")[2] == "name"]
        names += named or [_person(_plain(_text(child)))]
    names += [] if any(names) else [_plain(_text(child)) for child in children.get("itunes:author", ())]
    return ", ".join(dict.fromkeys(filter(None, names)))[:MAX_METADATA_CHARS]


def _person(text: str) -> str:
    """`Ada Fern` for `ada@example.org (Ada Fern)`."""
    address, bracket, name = text.partition("(")
    return name.rstrip(") ") if bracket and "@" in address else text


def _link(children: "Mapping[str, list[_Element]]") -> str:
    for child in children.get("link", ()):
        address = child.get("href") or _text(child).strip()
        if address and child.get("rel", "alternate") == "alternate":
            return address[:MAX_METADATA_CHARS]
    return ""


def _permalink(children: "Mapping[str, list[_Element]]") -> str:
    for child in children.get("guid", ()):
        address = _text(child).strip()
        if child.get("isPermaLink", "true") == "true" and address.startswith(("http://", "https://")):
            return address[:MAX_METADATA_CHARS]
    return ""


def _categories(children: "Mapping[str, list[_Element]]") -> str:
    words = [_plain(child.get("term") or _text(child)) for child in children.get("category", ())[:MAX_CATEGORIES]]
    return ", ".join(dict.fromkeys(filter(None, words)))[:MAX_METADATA_CHARS]
