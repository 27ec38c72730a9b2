"""Finds the furniture of pages: running titles and page numbers, which repeat at the top or bottom of pages."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product, zip_longest

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
NUMBERS = regex.compile(r"\d{1,6}")
MAX_NUMBERS = 3
"""Numbers of a line that are compared; a line with more is taken literally."""
ROMAN_NUMBER = regex.compile(r"[ivxlc]{1,7}")
ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
FURNITURE_SPACES = regex.compile(r"\s+")
LETTERS = regex.compile(r"\p{L}")


def furniture_lines(lines: Sequence[PdfLine], heights: Sequence[float]) -> frozenset[int]:
    """The indices of lines that repeat at the same edge of many pages, from the edge inwards.

    A number in them is the same on each page, or counts with the pages. `heights` are those of the pages.
    """
    edges = [edge for indices in _by_page(lines) for edge in _edges(lines, indices, heights)]
    pages: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for name, indices in edges:
        for i in indices:
            for form in _forms(lines[i]):
                pages[name, form].add(lines[i].page)
    found: set[int] = set()
    for name, indices in edges:
        for i in indices:
            if not any(_repeats(form, len(pages[name, form]), len(heights)) for form in _forms(lines[i])):
                break
            found.add(i)
    return frozenset(found)


def _by_page(lines: Sequence[PdfLine]) -> list[list[int]]:
    pages: defaultdict[int, list[int]] = defaultdict(list)
    for i, line in enumerate(lines):
        pages[line.page].append(i)
    return list(pages.values())


def _edges(
    lines: Sequence[PdfLine], indices: Sequence[int], heights: Sequence[float]
) -> Iterator[tuple[str, list[int]]]:
    """Yields the lines at the top and at the bottom of a page, each from the edge inwards."""
    height = heights[lines[indices[0]].page - 1]
    ordered = sorted(indices, key=lambda i: -lines[i].baseline)
    yield "top", [i for i in ordered[:EDGE_LINES] if lines[i].baseline > (1 - EDGE_SHARE) * height]
    yield "bottom", [i for i in ordered[: -EDGE_LINES - 1 : -1] if lines[i].baseline < EDGE_SHARE * height]


def _forms(line: PdfLine) -> Iterator[str]:
    """Yields the forms of a line for comparison: each number as it is, or as its distance from that of the page."""
    text = FURNITURE_SPACES.sub(" ", line.text.casefold()).strip()
    if len(text) > MAX_FURNITURE_CHARS:
        return
    if ROMAN_NUMBER.fullmatch(text):
        yield f"#{_roman_value(text) - line.page}"
    numbers = NUMBERS.findall(text)
    if len(numbers) > MAX_NUMBERS:
        yield text
        return
    between = NUMBERS.split(text)
    for chosen in product(*((number, f"#{int(number) - line.page}") for number in numbers)):
        yield "".join(piece for pair in zip_longest(between, chosen, fillvalue="") for piece in pair)


def _roman_value(text: str) -> int:
    values = [ROMAN_DIGITS[letter] for letter in text]
    return sum(-value if value < after else value for value, after in zip(values, [*values[1:], 0], strict=True))


def _repeats(form: str, count: int, pages: int) -> bool:
    counts = "#" in form
    has_words = LETTERS.search(form) is not None
    least = MIN_REPEATING_PAGES if has_words or not counts else MIN_NUMBERED_PAGES
    return count >= least and count >= MIN_PAGE_SHARE * pages
