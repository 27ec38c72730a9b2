"""A repair done until nothing is left to do, told as one layer of edits.

Taking a tag out of `<<b>br>` makes a new one, and `&#38;` may complete what stands behind it. A stage that would act
on its own output is not idempotent, so such a stage repeats its repair and merges the edits.

Other repairs are weighed in their context: in `suchan interestin it` the second repair may only be sure once the first
is made.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence

from pipeline.model.document import Document
from pipeline.model.stage import Rule
from pipeline.text.edits import Edit, PositionMap, apply, sort_and_check

MAX_ROUNDS = 8
"""A text that is still not at rest after so many rounds is not damaged prose; it is left alone."""


def repair_to_fixpoint(text: str, repair: Callable[[str], Iterable[Edit]]) -> tuple[Edit, ...]:
    """The edits that take `text` to where `repair` finds nothing more.

    Nearly always those of the first round. Later ones are merged into them where they touch; none at all are
    returned for a text that never comes to rest.
    """
    edits = sort_and_check(text, repair(text))
    for _ in range(MAX_ROUNDS):
        if not edits:
            return ()
        between = apply(text, edits)
        later = sort_and_check(between, repair(between))
        if not later:
            return edits
        edits = sort_and_check(text, merge_edits(text, edits, between, later))
    return ()


def merge_edits(text: str, first: tuple[Edit, ...], between: str, later: tuple[Edit, ...]) -> Iterator[Edit]:
    """`first`, from `text` to `between`, and `later`, made in `between`, as one set of edits in `text`.

    Neither may hold insertions, of which it is not told whether a later edit at their place is before or behind them.
    """
    positions = PositionMap(first)
    spans: list[tuple[int, int, list[Edit]]] = []
    for edit in later:
        start, end = positions.backward(edit.start, edit.end)
        if spans and start < spans[-1][1]:
            spans[-1][2].append(edit)
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]), spans[-1][2])
        else:
            spans.append((start, end, [edit]))
    waiting = iter(first)
    earlier = next(waiting, None)
    for start, end, within in spans:
        while earlier is not None and earlier.end <= start:
            yield earlier
            earlier = next(waiting, None)
        while earlier is not None and earlier.start < end:
            earlier = next(waiting, None)
        low, high = positions.forward(start, end)
        pieces: list[str] = []
        at = low
        for edit in within:
            pieces += (between[at : edit.start], edit.new)
            at = edit.end
        pieces.append(between[at:high])
        if (new := "".join(pieces)) != text[start:end]:
            confidence = min(edit.confidence for edit in within)
            yield Edit(start, text[start:end], new, within[0].rule, confidence)
    if earlier is not None:
        yield earlier
        yield from waiting


def propose_to_fixpoint(
    document: Document, rules: Iterable[Rule], propose: Callable[[Document], Iterable[Edit]]
) -> Iterator[Edit]:
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

    made = repair_to_fixpoint(document.text, sure)
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
