"""Reads what an e-book says of itself: its metadata, the order of its files, and its table of contents."""

import posixpath
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec
import regex

from pipeline.model.record import ReaderError
from pipeline.readers.archives.zip_package import ZipPackage, attribute, elements_named, local_name

if TYPE_CHECKING:
    from lxml.etree import _Element

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
PAGE_TYPES = frozenset({"application/xhtml+xml", "text/html", "text/x-oeb1-document"})
NCX_TYPE = "application/x-dtbncx+xml"
LABEL_SPACES = regex.compile(r"\s+")
MAX_STATED_NAME_CHARS = 500
AUXILIARY = {
    "cover": "cover",
    "title-page": "title page",
    "titlepage": "title page",
    "toc": "table of contents",
    "copyright-page": "copyright page",
    "index": "index",
    "loi": "list of illustrations",
    "lot": "list of tables",
}
"""Kinds of pages that the guide or the landmarks of a book name, and that are no chapters."""


class SpineItem(msgspec.Struct, frozen=True):
    """A file of the book in the order of reading. `label` is its first entry in the table of contents.

    `aside` says why it is no chapter, None if it is one.
    """

    path: str
    label: str | None = None
    is_encrypted: bool = False
    aside: str | None = None


class Book(msgspec.Struct, frozen=True):
    """A book: what it says of itself, and its files in the order of reading."""

    metadata: Mapping[str, str]
    spine: tuple[SpineItem, ...]
    has_contents: bool


def read_book(package: ZipPackage) -> Book:
    """The book in a package. Raises `ReaderError` if it does not say which files it has."""
    root = _root_file(package)
    opf = package.xml(root)
    manifest = {
        identity: (_resolved(root, attribute(item, "href") or ""), item)
        for item in elements_named(opf, "item")
        if (identity := attribute(item, "id")) is not None
    }
    labels, contents = _labels(package, opf, manifest)
    asides = {**dict(_guide(opf, root)), **contents}
    locked = frozenset(_encrypted(package))
    spine = []
    for reference in elements_named(opf, "itemref"):
        path, item = manifest.get(attribute(reference, "idref") or "", ("", None))
        if item is None or not path:
            continue
        kind = (attribute(item, "media-type") or "").lower()
        aside = asides.get(path)
        if attribute(reference, "linear") == "no":
            aside = aside or "page outside the order of reading"
        elif kind not in PAGE_TYPES:
            aside = f"file of type {kind[:80]}" if kind.isprintable() and kind else "file without a type"
        spine.append(SpineItem(path, labels.get(path), path in locked, aside))
    if not spine:
        raise ReaderError("names no file in its order of reading (spine); it is damaged, leave it out")
    return Book(dict(_metadata(opf)), tuple(spine), bool(labels))


def _root_file(package: ZipPackage) -> str:
    if CONTAINER in package:
        for element in elements_named(package.xml(CONTAINER), "rootfile"):
            path = attribute(element, "full-path")
            if path:
                return unquote(path)
    found = next((name for name in package if name.endswith(".opf")), None)
    if found is None:
        raise ReaderError("has no package document (.opf): it is damaged, or no e-book; leave it out")
    return found


def _resolved(base: str, href: str) -> str:
    """The path in the archive that a link in the file `base` leads to, without its fragment."""
    path = unquote(href.partition("#")[0])
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), path)) if path else ""


def _metadata(opf: "_Element") -> Iterator[tuple[str, str]]:
    """Yields what the book says of itself; the title of the book is not that of a chapter."""
    keys = {
        "title": "book",
        "publisher": "publisher",
        "date": "date",
        "language": "language",
        "identifier": "identifier",
    }
    seen = set()
    for name, key in keys.items():
        for element in elements_named(opf, name):
            value = _label("".join(map(str, element.itertext())))
            if value and key not in seen:
                seen.add(key)
                yield key, value
    people = (_label("".join(map(str, element.itertext()))) for element in elements_named(opf, "creator"))
    if names := ", ".join(dict.fromkeys(filter(None, people))):
        yield "author", names[: 4 * MAX_STATED_NAME_CHARS]


def _label(text: str) -> str:
    return LABEL_SPACES.sub(" ", text).strip()[:MAX_STATED_NAME_CHARS]


def _labels(
    package: ZipPackage, opf: "_Element", manifest: "Mapping[str, tuple[str, _Element]]"
) -> tuple[dict[str, str], dict[str, str]]:
    """The first label in the table of contents for each file, and what the landmarks say of files.

    A table that is missing or damaged gives none: the chapters are read without.
    """
    labels: dict[str, str] = {}
    asides: dict[str, str] = {}
    spine = next(elements_named(opf, "spine"), None)
    ncx = attribute(spine, "toc") if spine is not None else None
    for identity, (path, item) in manifest.items():
        is_nav = "nav" in (attribute(item, "properties") or "").split()
        is_ncx = identity == ncx or attribute(item, "media-type") == NCX_TYPE
        if not path or not (is_nav or is_ncx):
            continue
        try:
            root = package.xml(path, recover=True)
        except ReaderError:
            if package.has_fault:
                raise
            continue
        found = _nav_labels(root) if is_nav else _ncx_labels(root)
        for href, label in found:
            if label and (target := _resolved(path, href)):
                labels.setdefault(target, label)
        if is_nav:
            asides[path] = AUXILIARY["toc"]
            for kind, href in _landmarks(root):
                asides.setdefault(_resolved(path, href), AUXILIARY[kind])
    return labels, asides


def _nav_labels(root: "_Element") -> Iterator[tuple[str, str]]:
    for nav in elements_named(root, "nav"):
        if (attribute(nav, "type") or "toc") == "toc":
            for link in elements_named(nav, "a"):
                yield attribute(link, "href") or "", _label("".join(map(str, link.itertext())))


def _landmarks(root: "_Element") -> Iterator[tuple[str, str]]:
    for nav in elements_named(root, "nav"):
        for link in elements_named(nav, "a") if attribute(nav, "type") == "landmarks" else ():
            kind = attribute(link, "type") or ""
            if kind in AUXILIARY:
                yield kind, attribute(link, "href") or ""


def _ncx_labels(root: "_Element") -> Iterator[tuple[str, str]]:
    for point in elements_named(root, "navPoint"):
        label = next((child for child in point if local_name(child) == "navLabel"), None)
        content = next((child for child in point if local_name(child) == "content"), None)
        if label is not None and content is not None:
            yield attribute(content, "src") or "", _label("".join(map(str, label.itertext())))


def _guide(opf: "_Element", root: str) -> Iterator[tuple[str, str]]:
    for reference in elements_named(opf, "reference"):
        kind = (attribute(reference, "type") or "").lower()
        if kind in AUXILIARY:
            yield _resolved(root, attribute(reference, "href") or ""), AUXILIARY[kind]


def _encrypted(package: ZipPackage) -> Iterator[str]:
    if ENCRYPTION in package:
        for reference in elements_named(package.xml(ENCRYPTION), "CipherReference"):
            yield unquote(attribute(reference, "URI") or "")
