"""Finds the furniture of pages: running titles and page numbers, which repeat at the top or bottom of pages."""

from collections import defaultdict
from collections.abc import Sequence

import regex

from pipeline.readers.pdf.pages import PdfLine

EDGE_LINES = 3
"""Lines at the top and at the bottom of a page that may be furniture."""
EDGE_SHARE = 0.15
"""Share of the height of a page at its top and bottom that they are in."""
MIN_REPEATING_PAGES = 3
"""Pages on which a line with words must be. The title of a chapter may well be on two."""
MIN_NUMBERED_PAGES = 2
MIN_PAGE_SHARE = 0.3
"""Share of the pages on which it must be; left and right pages may have two different ones, and the first page none."""
MAX_FURNITURE_CHARS = 120
NUMBERS = regex.compile(r"\d+|^[ivxlc]{1,7}$")
"""Numbers of pages: Arabic ones anywhere, Roman ones alone."""
FURNITURE_SPACES = regex.compile(r"\s+")
LETTERS = regex.compile(r"\p{L}")


def furniture_lines(lines: Sequence[PdfLine], heights: Sequence[float]) -> frozenset[int]:
    """The indices of lines that repeat, apart from their numbers, at the same edge of many pages.

    `heights` are those of the pages.
    """
    places: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    keys: dict[int, tuple[str, str]] = {}
    for indices in _by_page(lines):
        height = heights[lines[indices[0]].page - 1]
        ordered = sorted(indices, key=lambda i: -lines[i].baseline)
        top = [i for i in ordered[:EDGE_LINES] if lines[i].baseline > (1 - EDGE_SHARE) * height]
        bottom = [i for i in ordered[-EDGE_LINES:] if lines[i].baseline < EDGE_SHARE * height]
        for edge, at_edge in (("top", top), ("bottom", bottom)):
            for i in at_edge:
                if len(lines[i].text) <= MAX_FURNITURE_CHARS:
                    keys[i] = (edge, _key(lines[i].text))
                    places[keys[i]].add(lines[i].page)
    return frozenset(i for i, key in keys.items() if _repeats(key[1], len(places[key]), len(heights)))


def _by_page(lines: Sequence[PdfLine]) -> list[list[int]]:
    pages: defaultdict[int, list[int]] = defaultdict(list)
    for i, line in enumerate(lines):
        pages[line.page].append(i)
    return list(pages.values())


def _key(text: str) -> str:
    """A line for comparison, with a mark in place of each number."""
    return FURNITURE_SPACES.sub(" ", NUMBERS.sub("#", text.casefold())).strip()


def _repeats(key: str, count: int, pages: int) -> bool:
    least = MIN_REPEATING_PAGES if LETTERS.search(key) else MIN_NUMBERED_PAGES
    has_number_or_words = "#" in key or LETTERS.search(key) is not None
    return has_number_or_words and count >= least and count >= MIN_PAGE_SHARE * pages
