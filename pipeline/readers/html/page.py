"""Extracts the article of a web page: title, byline, text, and the metadata in the page's head."""

import sys
from collections.abc import Mapping, Sequence

import msgspec
import regex

from pipeline.model.evidence import Evidence, checked_evidence
from pipeline.readers.html.content import article_lines, extracted_lines_of, within_main_cell
from pipeline.readers.html.extraction import ExtractionError, extract_main_content
from pipeline.readers.html.fullness import fuller, is_missing, prose_width, share_of, visible_width
from pipeline.readers.html.line_choice import chosen_lines
from pipeline.readers.html.lines import PageLine
from pipeline.readers.html.malformed import scan
from pipeline.readers.html.metadata import PageHead, stated_metadata, stated_titles
from pipeline.readers.html.rendering import TextLine, evidence_of, render
from pipeline.readers.html.shells import shell_notice
from pipeline.readers.html.stated_text import stated_article, stated_summary
from pipeline.readers.html.title_and_byline import TitleAndByline, date_in, find_title_and_byline
from pipeline.readers.html.tree import PageTree, clean_markup, parse_tree
from pipeline.text.decoding import DecodingError, decode

PAGE_WORD = regex.compile(r"[\p{L}\p{N}]")
MAX_EXTRACTION_TAGS = 20_000
"""Number of `<` above which extraction is skipped, because its time is quadratic. Long articles have thousands."""
MIN_STRAY_TAGS = 1000
"""Number of `<` in the extracted text above which, if they are also 1% of it, the page is only unclosed tags."""
MIN_UNCLOSED_TAGS = 100_000
"""Number of `<` in a page above which, if there are also ten times as many as `>`, the page is rejected unread."""
MAX_NUL_SHARE = 0.01
"""Share of NUL bytes above which the data is not a page; fewer are damage."""


MAX_SHOWN_NOTICE_CHARS = 80
"""Characters of a notice that an error message quotes."""
STATED_NAMES = ("articleBody", "content_noencode")
"""Names of what a script states of an article; a page without them is not searched."""


class PageError(ValueError):
    """A page without readable text. The message says why."""


class ExtractedPage(msgspec.Struct, frozen=True):
    """The article of a page. `below` are the lines between title and body as shown: byline, date, lead.

    `evidence` is what the markup said of spans of `text`. `share` is the share of the visible prose of the page that
    the article is; `stated` is true if the text is from a script or the head, because the page does not show it.
    `fault` says why the main content was looked for without trafilatura, if it was.
    """

    title: str | None
    below: tuple[str, ...]
    body: tuple[str, ...]
    metadata: Mapping[str, str] = {}
    evidence: tuple[Evidence, ...] = ()
    share: float = 1.0
    stated: bool = False
    fault: str | None = None

    @property
    def text(self) -> str:
        """Title, lines below it, and body, joined by line ends."""
        return "\n".join([*([self.title] if self.title else []), *self.below, *self.body]) + "\n"


def extract(data: bytes, *, encoding: str | None = None) -> ExtractedPage:
    """Extracts the article of a page. The bytes are decoded once; `encoding` is their encoding, if known.

    Raises `DecodingError` for bytes that cannot be decoded, `PageError` for a page without readable text.
    """
    # Parsers get decoded text: they guess from bytes, and fail on pages that declare gb2312 but contain GBK.
    source = clean_markup(_decoded(data, encoding))
    if (opened := source.count("<")) >= MIN_UNCLOSED_TAGS and opened > 10 * source.count(">"):
        raise PageError(f"has {opened:,} unclosed tags; it is damaged, leave it out")
    tree = parse_tree(source)
    if tree is None:
        return _checked(_plain(source, "it is too large, or nested too deeply"))
    from pipeline.readers.html.lines import page_lines

    lines = page_lines(tree.root, tree.sizes)
    stated = PageHead(tree.root)
    titles, metadata = stated_titles(stated), dict(stated_metadata(stated))
    unseen = stated_article(stated) if any(name in source for name in STATED_NAMES) else ()
    summary = stated_summary(stated)
    # The extraction comes last: it takes elements out of the tree.
    visible = visible_width(lines)
    content, fault = _content(lines, visible, tree, tags=source.count("<"))
    if (notice := shell_notice([line.text for line in lines if not line.beside])) is not None:
        raise PageError(f"shows a notice in place of an article ({notice[:MAX_SHOWN_NOTICE_CHARS]!r}); leave it out")
    shown = prose_width(lines, content)
    text = unseen if is_missing(shown, "\n".join(unseen)) else summary if not shown else ()
    head = find_title_and_byline(lines, () if text else content, titles, metadata.get("site"))
    body = [TextLine(line) for line in text] or render([lines[i] for i in content if i not in head.used])
    top = [TextLine(head.title, kind="title")] if head.title else []
    evidence = checked_evidence(evidence_of([*top, *head.below, *body]), sys.maxsize)
    _add_shown(metadata, head)
    below, article = (tuple(line.text for line in part) for part in (head.below, body))
    share = 1.0 if text else share_of(lines, content, visible)
    return _checked(ExtractedPage(head.title, below, article, metadata, evidence, share, bool(text), fault))


def _content(lines: Sequence[PageLine], visible: int, tree: PageTree, *, tags: int) -> tuple[list[int], str | None]:
    """The lines of the article, before its title and byline are taken from them, and why trafilatura did not help."""

    def extracted(*, precise: bool) -> list[int]:
        return extracted_lines_of(lines, extract_main_content(tree.root, precise=precise))

    fault = None if tags <= MAX_EXTRACTION_TAGS else f"it has {tags:,} tags, over the limit of {MAX_EXTRACTION_TAGS:,}"
    taken: Sequence[int] = ()
    if fault is None:
        try:
            taken = fuller(lines, visible, extracted(precise=True), lambda: extracted(precise=False))
        except ExtractionError as error:
            fault = str(error)
    taken = within_main_cell(lines, taken)
    return chosen_lines(lines, frozenset(taken), article_lines(lines, taken)), fault


def _add_shown(metadata: dict[str, str], head: TitleAndByline) -> None:
    """Adds the date that the page shows to its metadata if it states none; the title that it shows wins."""
    if "date" not in metadata:
        date = next(filter(None, (date_in(line.text) for line in head.below)), None)
        if date is not None:
            metadata["date"] = date
    if head.title:
        metadata["title"] = head.title


def _decoded(data: bytes, encoding: str | None) -> str:
    try:
        return decode(data, encoding=encoding).text
    except DecodingError:
        stray = data.count(b"\0")
        if not 0 < stray <= MAX_NUL_SHARE * len(data):
            raise
    return decode(data.replace(b"\0", b""), encoding=encoding).text


def _plain(source: str, fault: str) -> ExtractedPage:
    lines: Sequence[PageLine] = scan(source)
    shown = [line for line in lines if not line.beside] or lines
    return ExtractedPage(None, (), tuple(line.text for line in shown), fault=fault)


def holds_words(text: str) -> bool:
    """Whether a text has a letter or a digit."""
    return PAGE_WORD.search(text) is not None


def _checked(page: ExtractedPage) -> ExtractedPage:
    if not holds_words(page.text):
        raise PageError("has no visible text; leave it out")
    stray = page.text.count("<")
    if stray > MIN_STRAY_TAGS and 100 * stray > len(page.text):
        raise PageError(f"has {stray:,} unclosed tags; it is damaged, leave it out")
    return page
