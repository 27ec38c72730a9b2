"""Decides line by line what is article, beside what the rules of `content` keep.

Boosted trees weigh the facts of each line (`line_features`), grown by `scripts/train_page_lines.py` on pages whose
article is known. They give back paragraphs that the extraction lost, and leave out invitations and links in the column.
"""

from collections.abc import Mapping, Sequence, Set

import regex

from pipeline.readers.html.content import PAGER
from pipeline.readers.html.line_features import line_rows, width_of
from pipeline.readers.html.lines import PageLine
from pipeline.segmentation.trees import load_trees

MAX_DROPPED_SHARE = 0.3
"""Share of what the rules keep, by width, that may be left out. Trees that doubt more do not know such a page."""
MAX_DROPPED_SCORE = 300
"""Score, in thousandths of log odds, up to which a line that the rules keep is left out; others are added above 0.

On sites left out, 0 and 300 gave the same F1; with 300 the precision is .002 higher."""
ANY_WORD = regex.compile(r"\p{L}{2}|\p{Han}")
MAX_LINES = 20_000
"""Maximum number of lines of a page that the trees are asked about; longer pages keep what the rules keep."""


def chosen_lines(lines: Sequence[PageLine], taken: Set[int], kept: Sequence[int]) -> list[int]:
    """Returns the lines that are article. `taken` are those of the extraction, `kept` those that the rules keep."""
    if not kept or len(lines) > MAX_LINES:
        return list(kept)
    known = set(kept)
    wanted = [i for i, line in enumerate(lines) if i in known or may_be_added(line)]
    rows = line_rows(lines, taken, known, wanted)
    scores = load_trees("page_lines", __package__).scores(rows)
    return choice(lines, kept, dict(zip(wanted, scores, strict=True)))


def choice(lines: Sequence[PageLine], kept: Sequence[int], scores: Mapping[int, int]) -> list[int]:
    """Returns the lines that are article by their scores, in log odds, and by what the rules keep."""
    widest = max(kept, key=lambda i: len(lines[i].text), default=-1)
    dropped = {i for i in kept if scores[i] <= MAX_DROPPED_SCORE and i != widest and _may_be_dropped(lines[i])}
    widths = {i: width_of(lines[i].text) for i in kept}
    if sum(widths[i] for i in dropped) > MAX_DROPPED_SHARE * sum(widths.values()):
        dropped = set()
    known, texts = set(kept), {lines[i].text for i in kept}
    added = {
        i
        for i, score in scores.items()
        if score > 0 and i not in known and lines[i].text not in texts and _is_no_pager(lines[i])
    }
    return sorted((known - dropped) | added)


def _may_be_dropped(line: PageLine) -> bool:
    """Whether a line stands for itself: the cells of a table do not, and a number may be one without a table.

    Captions stay: they are article to us, although the pages that the trees learned from have none in it.
    """
    context = line.context
    if context.row or context.caption or any(mark.kind == "caption" for mark in context.marks):
        return False
    return ANY_WORD.search(line.text) is not None


def may_be_added(line: PageLine) -> bool:
    """Whether a line that the rules do not keep may be article: it is shown, and is no link."""
    return not line.context.hidden and 2 * line.linked <= len(line.text)


def _is_no_pager(line: PageLine) -> bool:
    return PAGER.fullmatch(line.text) is None
