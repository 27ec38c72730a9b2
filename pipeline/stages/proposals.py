"""Repairs that are weighed in their context, and change the context of others: repeated until none is left.

In `suchan interestin it` the second repair may only be sure once the first is made. A stage that yielded the first
alone would find more in its own output.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence

from pipeline.model.document import Document
from pipeline.model.stage import Rule
from pipeline.stages.fixpoint import settled
from pipeline.text.edits import Edit


def at_rest(document: Document, rules: Iterable[Rule], propose: Callable[[Document], Iterable[Edit]]) -> Iterator[Edit]:
    """What `propose` makes of `document` when it is asked again until nothing sure is left.

    Edits under the threshold of their rule are those of the first time: nobody makes them, so they change nothing.
    """
    first = tuple(propose(document))
    if not first:
        return
    thresholds = {rule.name: rule.threshold_for(document) for rule in rules}

    def sure(text: str) -> list[Edit]:
        edits = first if text == document.text else propose(document.with_text(text))
        return [edit for edit in edits if round(edit.confidence, 2) >= thresholds[edit.rule]]

    made = settled(document.text, sure)
    yield from made
    unsure = [edit for edit in first if round(edit.confidence, 2) < thresholds[edit.rule]]
    starts = [edit.start for edit in made]
    yield from (edit for edit in unsure if not _meets(edit, made, starts))


def _meets(edit: Edit, made: Sequence[Edit], starts: Sequence[int]) -> bool:
    """Whether an edit has a character in common with one of `made`, or starts at the same place.

    `made` are sorted and disjoint, so that only those beside the place where the edit would be come into question.
    """
    after = bisect_left(starts, edit.start)
    if after and edit.start < made[after - 1].start + len(made[after - 1].old):
        return True
    return after < len(made) and starts[after] < edit.start + max(len(edit.old), 1)
