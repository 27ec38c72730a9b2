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
    return sum(
        round(width_of(lines[i].text) * max(len(lines[i].text) - lines[i].linked, 0) / len(lines[i].text))
        for i in indices
    )


def visible_width(lines: Sequence[PageLine]) -> int:
    """The width of the prose that a page shows outside links and furniture."""
    return prose_width(lines, (i for i, line in enumerate(lines) if not line.beside))


def share_of(lines: Sequence[PageLine], indices: Sequence[int]) -> float:
    """The share of the visible prose that some lines are; 1 if the page shows none."""
    visible = visible_width(lines)
    return min(prose_width(lines, indices) / visible, 1.0) if visible else 1.0


def fuller(lines: Sequence[PageLine], precise: Sequence[int], default: Callable[[], Sequence[int]]) -> Sequence[int]:
    """Returns the lines of the precise extraction, or, if it lost the article, those of the default one."""
    if share_of(lines, precise) >= MIN_TAKEN_SHARE:
        return precise
    # What is beside the article does not count: the default extraction takes comments and lists of other articles.
    more = [i for i in default() if not lines[i].beside]
    gained = prose_width(lines, more)
    return more if gained >= MIN_GAIN * max(prose_width(lines, precise), 1) else precise


def is_missing(shown: int, stated: str | None) -> bool:
    """Whether a page does not show the article that it states: `shown` is the width of the prose that was found."""
    width = width_of(stated) if stated else 0
    return width >= MIN_STATED_WIDTH and width >= MIN_GAIN * shown
