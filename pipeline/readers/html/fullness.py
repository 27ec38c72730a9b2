"""How much of what a page shows as text an extraction found, and what to take where it found little.

The share is that of the visible prose: text outside links, menus and what is beside the article. Of 311 public pages
whose article is known, the right article was less than a quarter of it on one, and extractions that had lost the
article found less than a tenth (`docs/benchmarks.md`).
"""

from collections.abc import Callable, Iterable, Sequence

from pipeline.readers.html.line_features import width_of
from pipeline.readers.html.lines import PageLine

MIN_TAKEN_SHARE = 0.2
"""Share of the visible prose below which an extraction may have lost the article."""
MIN_GAIN = 2.0
"""How many times as much prose another source must hold to be taken instead."""
MIN_STATED_WIDTH = 200
"""Latin letters of an article that a script states; a shorter one is a summary."""


def prose_width(lines: Sequence[PageLine], indices: Iterable[int]) -> int:
    """The width of the text outside links of some lines, in Latin letters."""
    return sum(_prose_width(lines[i]) for i in indices)


def _prose_width(line: PageLine) -> int:
    width = width_of(line.text)
    return round(width * max(len(line.text) - line.linked, 0) / len(line.text)) if line.linked else width


def visible_width(lines: Sequence[PageLine]) -> int:
    """The width of the prose that a page shows outside links and furniture."""
    return prose_width(lines, (i for i, line in enumerate(lines) if not line.beside))


def share_of(lines: Sequence[PageLine], indices: Sequence[int], visible: int) -> float:
    """The share of the visible prose of a page, whose width is `visible`, that some lines are; 1 if it shows none."""
    return min(prose_width(lines, indices) / visible, 1.0) if visible else 1.0


def fuller(
    lines: Sequence[PageLine], visible: int, precise: Sequence[int], default: Callable[[], Sequence[int]]
) -> Sequence[int]:
    """Returns the lines of the precise extraction, or, if it lost the article, those of the default one.

    `visible` is the width of the visible prose of the page.
    """
    if share_of(lines, precise, visible) >= MIN_TAKEN_SHARE:
        return precise
    # What is beside the article does not count: the default extraction takes comments and lists of other articles.
    more = [i for i in default() if not lines[i].beside]
    gained = prose_width(lines, more)
    return more if gained >= MIN_GAIN * max(prose_width(lines, precise), 1) else precise


def is_missing(shown: int, stated: str | None) -> bool:
    """Whether a page does not show the article that it states: `shown` is the width of the prose that was found."""
    width = width_of(stated) if stated else 0
    return width >= MIN_STATED_WIDTH and width >= MIN_GAIN * shown
