"""Reads the metadata in the head of a page: title, author, date, site, URL. Nothing is guessed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import TYPE_CHECKING, cast

import regex

from pipeline.readers.html.lines import UNPRINTABLE

if TYPE_CHECKING:
    from lxml.etree import XPath
    from lxml.html import HtmlElement

METADATA_SPACES = regex.compile(r"\s+")
MAX_METADATA_CHARS = 500
"""Maximum characters of a value; a longer one is ignored."""
MAX_LINKED_OBJECTS = 2000
"""Maximum number of linked-data objects that are searched."""
ARTICLE = regex.compile(r"(?:Article|BlogPosting|Posting|Report|Review|Interview|CreativeWork)$")
MAX_PERSON_CHARS = 80
DIGIT = regex.compile(r"\d")
LINK = regex.compile(r"(?i)https?://|//|www\.")

TITLE = ("og:title", "twitter:title", "headline", "dc.title", "articletitle")
AUTHOR = ("author", "article:author", "og:article:author", "byl", "parsely-author", "sailthru.author", "dc.creator")
DATE_NAMES = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "date",
    "pubdate",
    "publishdate",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date",
    "dc.date.issued",
    "dcterms.date",
)
DESCRIPTION = ("og:description", "twitter:description", "description")
SITE = ("og:site_name", "application-name")


class PageHead:
    """What a page states about itself, read from its tree when it is first asked for."""

    def __init__(self, root: "HtmlElement") -> None:
        self.root = root

    @cached_property
    def metas(self) -> Mapping[str, str]:
        """The values of its `meta` elements, by name."""
        return _metas(self.root)

    @cached_property
    def articles(self) -> Sequence[Mapping[str, object]]:
        """The articles in its linked data."""
        return list(_articles(self.root))

    @cached_property
    def linked(self) -> Mapping[str, str | None]:
        """What the first article in its linked data states."""
        return _linked(self.articles)


def stated_metadata(head: PageHead) -> Mapping[str, str]:
    """Returns `title`, `author`, `date`, `site` and `url`, each if the page states it; the date as written there."""
    root, metas, linked = head.root, head.metas, head.linked
    values = {
        "title": _first([linked.get("title"), *_named(metas, TITLE)]),
        "author": _first([linked.get("author"), *_people(metas)]) or _value(_marked(root, "author")),
        "date": _first([linked.get("date"), *_named(metas, DATE_NAMES)]) or _value(_time(root)),
        "site": _first([name for name in (*_named(metas, SITE), linked.get("site")) if name and not LINK.match(name)]),
        "url": _first([_canonical(root), *_named(metas, ("og:url",)), linked.get("url")]),
    }
    return {name: value for name, value in values.items() if value is not None}


def stated_titles(head: PageHead) -> Sequence[str]:
    """Returns the titles in the head of the page, best first."""
    element = next(head.root.iter("title"), None)
    own = None if element is None else "".join(element.itertext())
    titles = [*_named(head.metas, TITLE), head.linked.get("title"), own]
    return list(dict.fromkeys(value for value in map(_value, titles) if value is not None))


def _first(values: Sequence[object]) -> str | None:
    return next((value for value in map(_value, values) if value is not None), None)


def _value(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    text = METADATA_SPACES.sub(" ", UNPRINTABLE.sub("", value)).strip()
    return text if text and len(text) <= MAX_METADATA_CHARS else None


def _metas(root: "HtmlElement") -> Mapping[str, str]:
    metas: dict[str, str] = {}
    for meta in root.iter("meta"):
        content = meta.get("content")
        if content is not None and content.strip():
            for attribute in ("property", "name", "itemprop"):
                name = meta.get(attribute)
                if name is not None:
                    metas.setdefault(name.strip().lower(), content)
    return metas


def _named(metas: Mapping[str, str], names: Sequence[str]) -> list[str | None]:
    return [metas.get(name) for name in names]


def _people(metas: Mapping[str, str]) -> list[str | None]:
    """Returns the stated authors. A URL is skipped: it is a page about the author."""
    return [name for name in _named(metas, AUTHOR) if name is not None and not LINK.match(name.strip())]


def _marked(root: "HtmlElement", what: str) -> str | None:
    """Returns the text of the only element that is marked as the author; None if there are several."""
    by_rel = f"//*[@rel][contains(concat(' ', normalize-space(@rel), ' '), ' {what} ')]"
    elements = _found(root, f"//*[@itemprop='{what}']") or _found(root, by_rel)
    alone = elements[0].itertext() if len(elements) == 1 and elements[0].tag not in {"meta", "link"} else ()
    text = METADATA_SPACES.sub(" ", " ".join(alone)).strip()
    return text if len(text) <= MAX_PERSON_CHARS and not DIGIT.search(text) else None


def _found(root: "HtmlElement", expression: str) -> "list[HtmlElement]":
    return cast("list[HtmlElement]", _xpath(expression)(root))


@cache
def _xpath(expression: str) -> "XPath":
    from lxml.etree import XPath

    return XPath(expression)


def _time(root: "HtmlElement") -> str | None:
    """Returns the time that is marked as the publication time, or the only time on the page."""
    times = list(root.iter("time"))
    marked = [each for each in times if each.get("itemprop") == "datePublished"] or [
        each for each in times if "pubdate" in each.attrib
    ]
    if not marked and len(times) != 1:
        return None
    value: str | None = (marked or times)[0].get("datetime")
    return value


def _canonical(root: "HtmlElement") -> str | None:
    links = (each for each in root.iter("link") if "canonical" in each.get("rel", "").split())
    return next((each.get("href") for each in links), None)


# --- linked data


def _linked(articles: Sequence[Mapping[str, object]]) -> Mapping[str, str | None]:
    if not articles:
        return {}
    entry = articles[0]
    return {
        "title": _value(entry.get("headline")) or _value(entry.get("name")),
        "author": _people_of(entry.get("author")),
        "date": _value(entry.get("datePublished")),
        "site": _name(entry.get("publisher")),
        "url": _value(entry.get("url")) or _address(entry.get("mainEntityOfPage")),
    }


def linked_article(head: PageHead) -> str | None:
    """Returns the text of the article in the linked data of a page; the longest if there are several."""
    bodies = (entry.get("articleBody") for entry in head.articles)
    return max((body for body in bodies if isinstance(body, str)), key=len, default=None)


def stated_description(head: PageHead) -> str | None:
    """Returns the summary of the page in its head."""
    return next((text for text in _named(head.metas, DESCRIPTION) if text), None)


def _articles(root: "HtmlElement") -> Iterator[Mapping[str, object]]:
    """Yields the objects of the linked data that are articles."""
    for script in root.iter("script"):
        for entry in _entries(script.text or "") if script.get("type") == "application/ld+json" else ():
            if any(ARTICLE.search(kind) for kind in _strings(entry.get("@type"))):
                yield entry


def _entries(text: str) -> Iterator[Mapping[str, object]]:
    """Yields the objects of a script, outermost first; nothing if it is not valid JSON."""
    try:
        waiting: list[object] = [json.loads(text, strict=False)]
    except (ValueError, RecursionError):
        return
    seen = 0
    while waiting and seen < MAX_LINKED_OBJECTS:
        entry = waiting.pop(0)
        seen += 1
        if isinstance(entry, list):
            waiting += entry[: MAX_LINKED_OBJECTS - seen]
        elif isinstance(entry, dict):
            yield entry
            waiting += [entry[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in entry]


def _strings(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [each for each in items if isinstance(each, str)]


def _name(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    return _value(value.get("name")) if isinstance(value, dict) else _value(value)


def _people_of(value: object) -> str | None:
    items = value if isinstance(value, list) else [value]
    names = [name for each in items[:20] if (name := _name(each)) is not None and not LINK.match(name)]
    return _value(", ".join(dict.fromkeys(names)))


def _address(value: object) -> str | None:
    return _value(value.get("@id")) if isinstance(value, dict) else _value(value)
